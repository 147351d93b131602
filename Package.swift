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
        .target(name: "TTRPC"),
        .target(name: "JSONTokens"),
        .target(name: "Evidence", dependencies: ["Bytes", "Domain", "JSONTokens", crypto]),

        // The packs' own content.
        .target(name: "ZipArchive", dependencies: ["Bytes", "CZlib", crypto]),
        .target(name: "PackFormat", dependencies: ["Bytes", "Domain", "ZipArchive", "JSONTokens"]),
        .target(
            name: "Generation",
            dependencies: ["Bytes", "Domain", "Evidence", "PackFormat", "ZipArchive", "JSONTokens", crypto]),

        // One interface of the system each: system calls, protobuf-c, SQLite, sockets.
        .target(name: "SystemIO"),
        .target(name: "ReviewPackAPI", dependencies: ["CProtobufC", "CReviewPackProto", "Domain"]),
        .target(
            name: "Storage",
            dependencies: [
                "Bytes", "SystemIO", "Domain", "Evidence", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), crypto, logging,
            ]),
        .target(
            name: "TTRPCNIO",
            dependencies: [
                "SystemIO", "TTRPC", "ReviewPackAPI", "CLinuxShims", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), logging,
            ]),

        // The programs.
        .target(
            name: "ReviewPackClient",
            dependencies: ["SystemIO", "Domain", "ReviewPackAPI", "TTRPC", "TTRPCNIO", crypto]),
        .target(
            name: "Daemon",
            dependencies: [
                "Bytes", "SystemIO", "Domain", "ReviewPackAPI", "Storage", "Evidence", "Generation", "TTRPC",
                "TTRPCNIO",
                "CLinuxShims",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"), crypto, logging,
            ]),
        .executableTarget(name: "reviewpackd", dependencies: ["SystemIO", "Domain", "Daemon", argumentParser]),
        .target(
            name: "CLI",
            dependencies: [
                "Bytes", "SystemIO", "Domain", "ReviewPackAPI", "ReviewPackClient", "PackFormat", "ZipArchive",
                "JSONTokens",
                "CLinuxShims", argumentParser,
            ]),
        .executableTarget(name: "reviewpackctl", dependencies: ["CLI"]),

        // What scripts/bench loads the daemon with.
        .executableTarget(name: "CallLoad", dependencies: ["ReviewPackAPI", "TTRPC"], path: "Benchmarks/CallLoad"),

        // Tests: one target a module, and one that drives the real daemon and client as processes.
        .target(name: "FuzzCorpus", path: "Tests/FuzzCorpus"),
        .target(name: "AccessTesting", path: "Tests/AccessTesting"),
        .target(name: "TestTags", path: "Tests/TestTags"),
        .testTarget(name: "TTRPCTests", dependencies: ["TTRPC", "FuzzCorpus"]),
        .testTarget(name: "JSONTokensTests", dependencies: ["JSONTokens", "FuzzCorpus"]),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
        .testTarget(name: "SystemIOTests", dependencies: ["SystemIO"]),
        .testTarget(name: "DomainTests", dependencies: ["Bytes", "Domain"]),
        .testTarget(
            name: "EvidenceTests", dependencies: ["Bytes", "Domain", "Evidence", "JSONTokens", "FuzzCorpus"]),
        .target(
            name: "CWireTestMessages", dependencies: ["CProtobufC", "CReviewPackProto"],
            path: "Tests/CWireTestMessages", exclude: ["wiretest.proto"], publicHeadersPath: "."),
        .testTarget(
            name: "ReviewPackAPITests", dependencies: ["ReviewPackAPI", "Domain", "CWireTestMessages", "FuzzCorpus"]),
        .testTarget(name: "ZipArchiveTests", dependencies: ["Bytes", "ZipArchive", "FuzzCorpus"]),
        .testTarget(name: "StorageTests", dependencies: ["Bytes", "SystemIO", "Domain", "Evidence", "Storage"]),
        .testTarget(
            name: "TTRPCNIOTests",
            dependencies: [
                "SystemIO", "TTRPC", "TTRPCNIO", "ReviewPackAPI", .product(name: "NIOCore", package: "swift-nio"),
                logging,
            ]),
        .testTarget(name: "PackFormatTests", dependencies: ["Bytes", "PackFormat", "ZipArchive", "FuzzCorpus"]),
        .testTarget(
            name: "GenerationTests",
            dependencies: [
                "Bytes", "Generation", "Domain", "Evidence", "PackFormat", "ZipArchive", "JSONTokens", "FuzzCorpus",
            ]),
        .executableTarget(
            name: "CallProbe", dependencies: ["ReviewPackAPI", "TTRPC", "TTRPCNIO"], path: "Tests/CallProbe"),
        // What breaks the daemon in every way that a machine can, and what then compares it with what was acknowledged.
        .target(
            name: "CrashTesting",
            dependencies: ["ReviewPackClient", "Domain", "ReviewPackAPI", "CLinuxShims", crypto],
            path: "Tests/CrashTesting", exclude: ["Interposer"]),
        .executableTarget(
            name: "FaultDaemon", dependencies: ["SystemIO", "Daemon", "Domain", "Storage"], path: "Tests/FaultDaemon"),
        .executableTarget(
            name: "CrashLoop", dependencies: ["CrashTesting", argumentParser], path: "Tests/CrashLoop"),
        .testTarget(
            name: "ReviewPackClientTests",
            dependencies: ["ReviewPackClient", "Domain", "ReviewPackAPI", "TTRPC", "TTRPCNIO", crypto, logging]),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "Bytes", "reviewpackctl", "CLI", "ReviewPackClient", "ReviewPackAPI", "Domain", "FuzzCorpus",
                "ZipArchive",
                "TTRPC", "TTRPCNIO", crypto, logging, subprocess,
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Bytes", "SystemIO", "Daemon", "Domain", "Storage", "TTRPCNIO", "ZipArchive", "FuzzCorpus", "AccessTesting",
                "reviewpackd",
                logging,
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "ReviewPackClient", "Daemon", "Domain", "ReviewPackAPI", "reviewpackd", "reviewpackctl", "CallProbe",
                "CrashTesting", "CrashLoop", "FaultDaemon", "Storage", "AccessTesting", subprocess,
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
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]
}

/// Every suite says what it is about.
for target in package.targets where target.type == .test { target.dependencies.append("TestTags") }
