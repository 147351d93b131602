/// The messages of wiretest.proto, which exist for the codec's tests alone.
enum WireTest {}
