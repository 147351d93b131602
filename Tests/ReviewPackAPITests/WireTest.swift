/// The messages of wiretest.proto, which exist for the codec's tests alone.
enum WireTest {}

/// The envelopes of ttrpc as protobuf-c codes them; the tests compare `TTRPC` with it.
enum TTRPCProto {}
