import Testing

/// Somebody who types at a shell's prompt in a terminal, presses TAB and looks at what comes.
struct Typist {
    enum Shell: String, CaseIterable {
        case bash, zsh, fish

        var program: String? { Programs.installed(rawValue) }

        /// Arguments for an interactive shell without anybody's own settings.
        fileprivate var arguments: [String] {
            switch self {
            case .bash: ["--norc", "--noprofile", "-i"]
            case .zsh: ["-f", "-i"]
            case .fish: ["--no-config", "-i"]
            }
        }

        /// The lines that make it use the completion scripts of a folder, as a distribution's own set-up does.
        fileprivate func setUp(_ folder: String) -> [String] {
            switch self {
            case .bash: ["source \(folder)/reviewpackctl"]
            case .zsh: ["fpath=(\(folder) $fpath); autoload -Uz compinit; compinit -u -D"]
            case .fish: ["source \(folder)/reviewpackctl.fish"]
            }
        }
    }

    let shell: Shell
    /// Of completion scripts.
    let folder: String
    let daemon: Daemon

    /// What stands on the screen after the line and a TAB; ends as soon as `expected` is there, and fails when it does
    /// not come.
    ///
    /// Each step waits for a word that the shell itself prints when it is done with the one before.
    func press(after line: String, expecting expected: String) async throws -> CommandResult {
        let program = try #require(shell.program, "\(shell) is not installed")
        let script = try daemon.scratch.write("typist.py", Self.script)
        return try await run(
            "/usr/bin/python3",
            [script, program, line, expected, String(shell.arguments.count)] + shell.arguments
                + shell.setUp(folder),
            environment: [
                "REVIEWPACK_ADDRESS": daemon.address, "TERM": "xterm", "HOME": daemon.scratch.path, "PS1": "% ",
            ],
            in: daemon.scratch.path)
    }

    private static let script = """
        import fcntl, os, pty, re, select, struct, sys, termios, time
        program, line, expected, count = sys.argv[1:5]
        arguments, commands = sys.argv[5:5 + int(count)], sys.argv[5 + int(count):]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(program, [program] + arguments)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 300, 0, 0))
        screen, end = "", time.monotonic() + 60

        def wait(words):
            global screen
            # What moves the cursor or colours is no word.
            while words not in re.sub("\\x1b(\\\\[[0-9;?>=]*[a-zA-Z]|[=>]|\\\\][^\\x07]*\\x07|\\\\(B)", "", screen):
                if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
                    sys.exit(repr(screen))
                screen += os.read(terminal, 65536).decode(errors="replace")

        for command in commands + ["true"]:
            screen = ""
            # The word stands on the screen whole only when the command has run.
            os.write(terminal, (command + "; echo do''ne\\r").encode())
            wait("done")
        screen = ""
        os.write(terminal, (line + "\\t").encode())
        wait(expected)
        print(screen)
        os.write(terminal, b"\\x03\\x15exit\\r")
        os.close(terminal)
        """
}
