import ReviewPackAPI
import ReviewPackClient

/// Where `backup` puts the archive, with its progress.
struct BackupFileSink: BackupSink {
    let file: NewFile
    let meter: ProgressMeter
    private var received: Int64 = 0
    private var total: Int64 = 0

    init(file: NewFile, meter: ProgressMeter) {
        self.file = file
        self.meter = meter
    }

    mutating func begin(_ header: Proto.BackupHeader) async throws(ClientError) { total = header.size }

    mutating func append(_ bytes: [UInt8]) async throws(ClientError) {
        try file.append(bytes)
        received += Int64(bytes.count)
        meter.show(ProgressLine(label: "Backing up", done: received, total: total, unit: .bytes))
    }
}
