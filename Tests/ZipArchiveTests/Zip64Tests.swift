import TestTags
import Testing

@testable import ZipArchive

@Suite("Zip64", .tags(.packs))
struct Zip64Tests {
    private let members = [
        Named("large.csv", Content.rows(3 * BlockSlot.blockSize)), Named("small", "s"),
        Named("medium", Content.noise(2000)),
    ]

    @Test(
        "gives the same bytes for a member that streamed and one that was compressed ahead",
        arguments: [0, 1, 1000, 100_000, 700_000, 1_000_000] as [UInt64])
    func sameBytes(_ values: UInt64) throws {
        let limits = Zip64Limits(values: values)
        let streamed = try archive(members, by: .streamed, limits: limits)
        let ahead = try archive(members, by: .compressedAhead, limits: limits)
        expectSame(streamed, ahead)
        expectSame(try contents(of: streamed, zip64: limits), members)
    }

    @Test("is used from the limit on and not before")
    func boundary() throws {
        let content = Content.noise(1000)
        let plain = try archive([Named("n", content)])
        expectSame(try archive([Named("n", content)], limits: Zip64Limits(values: 1001 + 31)), plain)
        // Sizes of exactly the limit go to zip64, 20 bytes in each header, and the directory's offset with them.
        let wide = try archive([Named("n", content)], limits: Zip64Limits(values: 1000))
        #expect(wide.count == plain.count + 20 + 20 + 76)
        #expect(Array(wide[18..<26]) == Array(repeating: 0xff, count: 8))
        #expect(
            Array(wide[31..<51]) == [
                1, 0, 16, 0,  // kind and length
                0xe8, 3, 0, 0, 0, 0, 0, 0,  // size 1000
                0xe8, 3, 0, 0, 0, 0, 0, 0,  // compressed size 1000
            ])
    }

    @Test("records are refused where 32 bits are enough")
    func superfluous() throws {
        for limits in [Zip64Limits(values: 1000), Zip64Limits(count: 1)] {
            let bytes = try archive(members, limits: limits)
            let error = #expect(throws: ZipReadError.self) { try contents(of: bytes) }
            #expect(error?.reason == .wrongZip64)
        }
    }

    @Test("sizes are refused where 32 bits are enough, even when the directory's offset needs zip64")
    func superfluousSizes() throws {
        let bytes = try archive(members, limits: Zip64Limits(values: 1000))
        let error = #expect(throws: ZipReadError.self) {
            try contents(of: bytes, zip64: Zip64Limits(values: 100_000))
        }
        #expect(error?.reason == .wrongZip64)
        #expect(error?.member == "medium")
    }

    @Test("records are refused when any of their bytes is another")
    func everyByte() throws {
        let limits = Zip64Limits(values: 0, count: 0)
        let bytes = try archive([Named("a", "stored"), Named("b", "")], limits: limits)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xff
            #expect(throws: ZipReadError.self, "byte \(index)") { try contents(of: damaged, zip64: limits) }
        }
    }
}
