import ArgumentParser
import Domain
import ReviewPackClient

/// The root of the command line. Asynchronous for the sake of completions alone, which call the service.
struct ReviewPackCTL: CommandFamily, AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviewpackctl",
        abstract: "Turn cached scan results of a tenant into an auditable review pack.",
        usage: "reviewpackctl <command> [<arguments>] [<common options>]",
        discussion: """
            Talks to reviewpackd on this machine. Results go to standard output,
            everything else to standard error. On the way to a first pack:
            workspace create, tenant create, import findings, generate, download.
            """,
        version: "reviewpackctl \(ProductVersion.current)",
        groupedSubcommands: [
            CommandGroup(
                name: "Packs",
                subcommands: [
                    PackGenerateCommand.self, PackListCommand.self, PackShowCommand.self, PackCardCommand.self,
                    PackWatchCommand.self,
                    PackTokenCommand.self, PackDownloadCommand.self, PackVerifyCommand.self, PackCancelCommand.self,
                    PackExpireCommand.self,
                ]),
            CommandGroup(
                name: "Evidence",
                subcommands: [
                    ImportCommands.self, ScanCommands.self, ScheduleCommands.self, OperationCommands.self,
                ]),
            CommandGroup(
                name: "Directory",
                subcommands: [WorkspaceCommands.self, TenantCommands.self, MemberCommands.self]),
            CommandGroup(name: "Messages", subcommands: [NotificationCommands.self, AlertRuleCommands.self]),
            CommandGroup(name: "Upkeep", subcommands: [PruneCommand.self, AuditCommands.self]),
            CommandGroup(
                name: "Service",
                subcommands: [
                    WhoAmICommand.self, HealthCommand.self, DoctorCommand.self, CheckCommand.self, BackupCommand.self,
                    StatsCommand.self,
                    VersionCommand.self,
                ]),
        ])

    @OptionGroup var common: CommonOptions
}
