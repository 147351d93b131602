/// Lets a few in at a time, in the order of their coming.
actor Turnstile {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { free = places }

    /// Daemons that run at a time: with one for each test, none would get enough of the machine to answer in time.
    static let daemons = Turnstile(places: 4)

    /// Machines that run at a time: each boots a whole system.
    static let machines = Turnstile(places: 2)

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
