import TTRPC
import TestTags
import Testing

private func method(default wanted: Duration?, maximum: Duration?) -> MethodDescriptor {
    MethodDescriptor(
        service: "s", method: "m", kind: .unary, requestLimit: 1, defaultDeadline: wanted, maximumDeadline: maximum)
}

@Suite(.tags(.wire)) struct CallRulesTests {
    static let timeoutRows: [(Int64, Duration?, Duration?, Duration?)] = [
        (0, nil, nil, nil),
        (0, .seconds(5), nil, .seconds(5)),
        (0, nil, .seconds(60), .seconds(60)),
        (0, .seconds(5), .seconds(60), .seconds(5)),
        (0, .seconds(90), .seconds(60), .seconds(60)),
        (1, .seconds(5), .seconds(60), .nanoseconds(1)),
        (30_000_000_000, .seconds(5), .seconds(60), .seconds(30)),
        (90_000_000_000, .seconds(5), .seconds(60), .seconds(60)),
        (.max, nil, nil, MethodDescriptor.longestTimeout),
        (.max, nil, .seconds(1 << 60), MethodDescriptor.longestTimeout),
    ]

    @Test("the deadline is the caller's wish, cut to the method's maximum", arguments: timeoutRows)
    func timeouts(requested: Int64, wanted: Duration?, maximum: Duration?, result: Duration?) throws {
        #expect(try method(default: wanted, maximum: maximum).timeout(requestedNanoseconds: requested) == result)
    }

    @Test("a negative timeout is refused, not taken for none", arguments: [-1, Int64.min])
    func negative(nanoseconds: Int64) {
        #expect(throws: EnvelopeError.negativeTimeout(nanoseconds: nanoseconds)) {
            try method(default: nil, maximum: nil).timeout(requestedNanoseconds: nanoseconds)
        }
    }

    static let modeRows: [(StreamingKind, RequestMode, ProtocolViolation?)] = [
        (.unary, .unary, nil), (.unary, .remoteClosed, nil), (.unary, .remoteOpen, .unaryMethodLeftOpen),
        (.serverStreaming, .unary, .streamingMethodCalledAsUnary), (.serverStreaming, .remoteClosed, nil),
        (.serverStreaming, .remoteOpen, nil),
        (.clientStreaming, .unary, nil), (.clientStreaming, .remoteClosed, nil), (.clientStreaming, .remoteOpen, nil),
    ]

    @Test("a method may be called in the modes that fit its kind", arguments: modeRows)
    func modes(kind: StreamingKind, mode: RequestMode, violation: ProtocolViolation?) {
        #expect(kind.violation(calledAs: mode) == violation)
        #expect(kind.violation(calledAs: kind.requestMode) == nil)
    }

    @Test("status codes have google.rpc's numbers and names, and unknown numbers count as UNKNOWN")
    func statusCodes() {
        #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
        #expect(StatusCode(wireValue: 5) == .notFound)
        #expect(StatusCode(wireValue: 17) == .unknown)
        #expect(StatusCode(wireValue: -1) == .unknown)
        #expect("\(StatusCode.failedPrecondition)" == "FAILED_PRECONDITION")
    }

    @Test("every violation says something of its own")
    func messages() {
        let messages = Set(ProtocolViolation.allCases.map(\.message))
        #expect(messages.count == ProtocolViolation.allCases.count)
    }
}
