/// libFuzzer's way in: each fuzz target is this file, the `FuzzedProperties` of one test target, and what they test.
@_cdecl("LLVMFuzzerTestOneInput")
package func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if let fault = FuzzedProperties.violation(in: UnsafeRawBufferPointer(start: start, count: count)) {
        fatalError(fault)
    }
    return 0
}
