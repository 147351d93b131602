// swift-tools-version: 6.2
import PackageDescription

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "reviewpack",
    products: [
        .executable(name: "reviewpackd", targets: ["reviewpackd"]),
        .executable(name: "reviewpackctl", targets: ["reviewpackctl"]),
        .library(name: "ReviewPackClient", targets: ["ReviewPackClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
    ],
    targets: [
        // C: system libraries, generated messages, and the few system calls that Swift cannot reach.
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CReviewPackProto", dependencies: ["CProtobufC"], publicHeadersPath: "."),
        .target(name: "CLinuxShims"),

        // Pure: values in, values out. No I/O and no C.
        .target(name: "Bytes", dependencies: [crypto]),
        .target(name: "Domain", dependencies: ["Bytes"]),
        .target(name: "ExitCodes", dependencies: ["Domain"]),
        .target(name: "TTRPC"),
        .target(name: "JSONTokens"),
        .target(name: "Evidence", dependencies: ["Bytes", "Domain", "JSONTokens", crypto]),

        // The packs' own content.
        .target(name: "ZipArchive", dependencies: ["CZlib", "Bytes", crypto]),
        .target(name: "PackFormat", dependencies: ["Bytes", "Domain", "JSONTokens", "ZipArchive"]),
        .target(
            name: "Generation",
            dependencies: [
                "Bytes", "Domain", "JSONTokens", "Evidence", "ZipArchive", "PackFormat", crypto,
            ]),

        // One interface of the system each: system calls, protobuf-c, SQLite, sockets.
        .target(name: "SystemIO"),
        .target(name: "ReviewPackAPI", dependencies: ["CProtobufC", "CReviewPackProto", "Domain", "TTRPC"]),
        .target(
            name: "Storage",
            dependencies: [
                "Bytes", "Domain", "Evidence", "SystemIO", crypto, logging,
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "TTRPCNIO",
            dependencies: [
                "CLinuxShims", "TTRPC", "SystemIO", logging, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),

        // The programs.
        .target(
            name: "ReviewPackClient",
            dependencies: [
                "Domain", "TTRPC", "SystemIO", "ReviewPackAPI", "TTRPCNIO", crypto,
            ]),
        .target(
            name: "Daemon",
            dependencies: [
                "CLinuxShims", "Bytes", "Domain", "ExitCodes", "TTRPC", "Evidence", "Generation", "SystemIO",
                "ReviewPackAPI", "Storage", "TTRPCNIO", crypto, logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .executableTarget(
            name: "reviewpackd",
            dependencies: [
                "Domain", "ExitCodes", "SystemIO", "Daemon", argumentParser,
            ]),
        .target(
            name: "CLI",
            dependencies: [
                "CLinuxShims", "Bytes", "Domain", "ExitCodes", "TTRPC", "JSONTokens", "ZipArchive", "PackFormat",
                "SystemIO", "ReviewPackAPI", "ReviewPackClient", argumentParser,
            ]),
        .executableTarget(name: "reviewpackctl", dependencies: ["ExitCodes", "CLI"]),

        // What scripts/bench loads the daemon with.
        .executableTarget(name: "CallLoad", dependencies: ["TTRPC", "ReviewPackAPI"], path: "Benchmarks/CallLoad"),

        // Tests: one target a module, and one that drives the real daemon and client as processes.
        .target(name: "FuzzCorpus", path: "Tests/FuzzCorpus"),
        .target(name: "AccessTesting", path: "Tests/AccessTesting"),
        .target(name: "TestTags", path: "Tests/TestTags"),
        .target(name: "ClientTesting", dependencies: ["ReviewPackClient"], path: "Tests/ClientTesting"),
        .testTarget(name: "HouseTests"),
        .testTarget(name: "TTRPCTests", dependencies: ["TTRPC", "FuzzCorpus"]),
        .testTarget(name: "JSONTokensTests", dependencies: ["JSONTokens", "FuzzCorpus"]),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
        .testTarget(name: "SystemIOTests", dependencies: ["SystemIO"]),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "ReviewPackAPI"]),
        .testTarget(name: "EvidenceTests", dependencies: ["Bytes", "Domain", "Evidence", "FuzzCorpus"]),
        .target(
            name: "CWireTestMessages", dependencies: ["CProtobufC", "CReviewPackProto"],
            path: "Tests/CWireTestMessages", exclude: ["wiretest.proto"], publicHeadersPath: "."),
        .testTarget(
            name: "ReviewPackAPITests",
            dependencies: [
                "Domain", "TTRPC", "ReviewPackAPI", "FuzzCorpus", "CWireTestMessages",
            ]),
        .testTarget(name: "ZipArchiveTests", dependencies: ["Bytes", "ZipArchive", "FuzzCorpus", crypto]),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Bytes", "Domain", "Evidence", "SystemIO", "Storage", crypto, logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "TTRPCNIOTests",
            dependencies: [
                "TTRPC", "SystemIO", "TTRPCNIO", logging, .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(name: "PackFormatTests", dependencies: ["PackFormat", "FuzzCorpus"]),
        .testTarget(
            name: "GenerationTests",
            dependencies: [
                "Bytes", "Domain", "Evidence", "ZipArchive", "PackFormat", "Generation", "FuzzCorpus", crypto,
            ]),
        .executableTarget(
            name: "CallProbe",
            dependencies: [
                "TTRPC", "ReviewPackAPI", "TTRPCNIO",
            ],
            path: "Tests/CallProbe"),
        // What breaks the daemon in every way that a machine can, and what then compares it with what was acknowledged.
        .target(
            name: "CrashTesting",
            dependencies: [
                "CLinuxShims", "Domain", "ReviewPackAPI", "ReviewPackClient", "ClientTesting", crypto,
            ],
            path: "Tests/CrashTesting", exclude: ["Interposer"]),
        .executableTarget(
            name: "FaultDaemon",
            dependencies: [
                "Domain", "ExitCodes", "SystemIO", "Storage", "Daemon",
            ],
            path: "Tests/FaultDaemon"),
        .executableTarget(name: "CrashLoop", dependencies: ["CrashTesting", argumentParser], path: "Tests/CrashLoop"),
        .testTarget(
            name: "ReviewPackClientTests",
            dependencies: [
                "Domain", "TTRPC", "ReviewPackAPI", "TTRPCNIO", "ReviewPackClient", "ClientTesting", crypto, logging,
            ]),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "Bytes", "Domain", "ExitCodes", "TTRPC", "JSONTokens", "ZipArchive", "PackFormat", "ReviewPackAPI",
                "TTRPCNIO", "ReviewPackClient", "CLI", "ClientTesting", "reviewpackctl", crypto, logging, subprocess,
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Bytes", "Domain", "ExitCodes", "TTRPC", "ZipArchive", "Generation", "SystemIO", "ReviewPackAPI",
                "Storage", "TTRPCNIO", "Daemon", "FuzzCorpus", "AccessTesting", crypto, logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Domain", "ExitCodes", "TTRPC", "ReviewPackAPI", "Storage", "ReviewPackClient", "Daemon",
                "AccessTesting", "ClientTesting", "CrashTesting", "reviewpackd", "reviewpackctl", "CallProbe",
                "FaultDaemon", "CrashLoop", subprocess,
            ],
            exclude: ["System/boot-systemd"]),
    ],
    swiftLanguageModes: [.v6]
)

/// Every Swift target is built in Swift 6 mode with warnings as errors; the release build optimises across modules,
/// because the tokeniser, the CSV writer and the frame decoder are called per byte or per cell from other modules.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]
}

/// Every suite says what it is about.
for target in package.targets where target.type == .test { target.dependencies.append("TestTags") }
