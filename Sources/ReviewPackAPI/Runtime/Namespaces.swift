/// The messages and enumerations of `reviewpack.v1`.
public enum Proto {}

/// The error model, package `google.rpc`.
public enum GoogleRPC {}

/// Well-known types, package `google.protobuf`. Its `Timestamp` is not here: fields of that type are `UnixMillis`.
public enum GoogleProtobuf {}

/// The health checking protocol, package `grpc.health.v1`.
public enum GRPCHealth {}

/// One `MethodSpec` for each method of each service that a `*_service.proto` declares.
public enum Methods {}
