import Domain
import TestTags
import Testing

@testable import Storage

@Suite("A line whose requesters take turns", .tags(.limits))
struct FairLineTests {
    /// A line of `places`, `share` of each, in which the uids ask in this order; when nothing more can begin the oldest
    /// one ends.
    private func order(_ uids: [UInt32], places: Int, share: Int) -> [UInt32] {
        var line = FairLine<UInt32>(places: places, share: share)
        var running: [UInt32] = []
        var begun: [UInt32] = []
        func start(_ line: inout FairLine<UInt32>) {
            while let (requester, uid) = line.next() {
                #expect(requester == .user(uid))
                running.append(uid)
                begun.append(uid)
            }
        }
        for uid in uids {
            line.add(uid, of: .user(uid))
            start(&line)
        }
        while !running.isEmpty {
            line.end(of: .user(running.removeFirst()))
            start(&line)
        }
        #expect(line.waitingCount == 0 && line.runningCount == 0)
        return begun
    }

    @Test(
        "goes round among those who wait, whoever has how many",
        arguments: [
            ([1, 1, 1, 1, 2, 2, 3], 1, 1, [1, 2, 3, 1, 2, 1, 1]), ([1, 2, 3], 1, 1, [1, 2, 3]),
            ([1, 1, 1, 1, 1, 2], 2, 1, [1, 2, 1, 1, 1, 1]), ([1, 1, 1, 1, 2, 2], 4, 2, [1, 1, 2, 2, 1, 1]),
            ([1, 1, 1], 8, 8, [1, 1, 1]), ([], 1, 1, []),
        ] as [([UInt32], Int, Int, [UInt32])])
    func turns(uids: [UInt32], places: Int, share: Int, begun: [UInt32]) {
        #expect(order(uids, places: places, share: share) == begun)
    }

    @Test("lets those that run go on when places are taken away, and begins the next when there is one again")
    func fewerPlaces() {
        var line = FairLine<Int>(places: 3, share: 3)
        for number in 0..<3 { line.add(number, of: .user(UInt32(number))) }
        while line.next() != nil {}
        line.places = 0
        #expect(line.places == 1 && line.runningCount == 3)
        line.add(3, of: .user(3))
        #expect(line.next() == nil)
        for number in 0..<2 { line.end(of: .user(UInt32(number))) }
        #expect(line.next() == nil)
        line.end(of: .user(2))
        #expect(line.next()?.item == 3)
    }

    @Test("puts who comes behind all that wait, also those who have been served already")
    func newcomer() {
        var line = FairLine<String>(places: 1, share: 1)
        for (name, uid) in [("a", 1), ("a", 1), ("b", 2), ("b", 2)] { line.add(name, of: .user(UInt32(uid))) }
        #expect(line.next()?.item == "a")
        line.end(of: .user(1))
        #expect(line.next()?.item == "b")
        line.add("c", of: .user(3))
        line.end(of: .user(2))
        #expect(line.next()?.item == "a")
        line.end(of: .user(1))
        #expect(line.next()?.item == "c")
    }

    @Test("gives nobody more than a share, and who comes then a place at once")
    func share() {
        var line = FairLine<Int>(places: 4, share: 2)
        for number in 0..<9 { line.add(number, of: .user(1)) }
        #expect(line.next()?.item == 0 && line.next()?.item == 1 && line.next() == nil)
        #expect(!line.admit(.user(1)) && line.admit(.user(2)) && line.admit(.service) && !line.admit(.user(3)))
        line.end(of: .user(2))
        #expect(line.next() == nil && line.waitingCount(of: .user(1)) == 7)
        line.end(of: .user(1))
        #expect(line.next()?.item == 2)
    }

    @Test("lets who comes anew behind those who wait already, and keeps the order of each")
    func newcomers() {
        var line = FairLine<String>(places: 1, share: 1)
        for item in ["a1", "a2"] { line.add(item, of: .user(1)) }
        #expect(line.next()?.item == "a1")
        line.add("b1", of: .user(2))
        line.end(of: .user(1))
        line.add("c1", of: .user(3))
        var seen: [String] = []
        while let (requester, item) = line.next() {
            seen.append(item)
            line.end(of: requester)
        }
        #expect(seen == ["b1", "a2", "c1"])
    }

    @Test("leaves what is not wanted yet in its place, and forgets what is taken out")
    func condition() {
        var line = FairLine<Int>(places: 9, share: 9)
        let first = line.add(1, of: .user(1))
        line.add(2, of: .user(1))
        #expect(line.next(if: { $0 == 2 }) == nil && line.waitingCount == 2)
        #expect(line.remove(first) == 1 && line.remove(first) == nil)
        #expect(line.next(if: { $0 == 2 })?.item == 2 && line.waitingCount == 0)
    }
}
