internal import CZlib

/// The version of the zlib that compresses, such as `1.2.13`: other builds may give other bytes for the same content,
/// so `metadata.json` names it.
public let zlibVersion = String(cString: CZlib.zlibVersion())
