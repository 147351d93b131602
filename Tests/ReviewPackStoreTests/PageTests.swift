import ReviewPackModel
import Testing

@testable import ReviewPackStore

@Suite("A page of a list")
struct PageTests {
    @Test(
        "ends at its limit or where its items pass a mebibyte, and names its last one when there is more",
        arguments: [
            ([10, 20, 30], 5, [10, 20, 30], nil), ([10, 20, 30], 3, [10, 20, 30], nil),
            ([10, 20, 30], 2, [10, 20], 20), ([], 2, [], nil),
            ([1 << 19, 1 << 19, 1], 9, [1 << 19, 1 << 19], 1 << 19),
            // One that is too large by itself is a page all the same: nothing may keep a list from going on.
            ([1 << 21, 5, 1 << 21], 9, [1 << 21], 1 << 21), ([1 << 21], 9, [1 << 21], nil),
        ] as [([Int], Int, [Int], Int?)])
    func cut(sizes: [Int], limit: Int, items: [Int], next: Int?) {
        var rest = sizes[...]
        let page = PageResult<Int, Int>(
            limit: limit, reading: { rest.popFirst() }, bytes: { $0 }, cursor: { $0 })
        #expect(page.items == items && page.next == next)
    }

    @Test("of runs with contexts of the greatest size fits into a message, and page by page none is missing")
    func runs() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let context = #"{"text":"\#(String(repeating: "x", count: 60 << 10))"}"#
        let ids = (0..<80).map { UUIDValue(high: 7, low: $0) }
        let lines = ids.map { Runs.line($0, context: context) }.joined()
        #expect(try await test.importOperations(lines, into: tenant).counts.inserted == 80)
        var seen: [OperationRunID] = []
        var page = PageRequest<OperationCursor>(limit: 1000)
        while true {
            let result = try await test.store.listOperationRuns(
                OperationFilter(tenantID: tenant.id), visible: .everything, page: page)
            #expect(result.items.reduce(0) { $0 + $1.run.context.utf8.count } <= 1 << 20)
            seen += result.items.map(\.run.id).filter { $0.high == 7 }
            guard let next = result.next else { break }
            page.after = next
        }
        #expect(seen == ids.reversed())
    }
}
