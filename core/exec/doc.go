// Package exec runs one process and collects what it writes. The shell tools,
// one-off commands, the patch program when it runs apart, and the debug
// commands use it. Approval, sandbox policy and events live above it.
//
//	runner := exec.NewRunner(nil)
//	defer runner.Close()
//	result, err := runner.Run(ctx, exec.Command{
//		Argv: []string{"bash", "-lc", "make test"},
//		Dir:  "/src/project",
//		Env:  env,
//	}, nil)
//
// # Outcomes
//
// A command that was started gives a [Result], whatever its exit code: running
// out of time is exit code 124, a signal is 128 and its number, and the output
// is kept in both cases. A command that could not be started gives a
// [*StartError] with the exit code to report in its place, 127 or 126. When ctx
// ends first, Run gives both: the result so far, and an error that matches the
// cause of ctx.
//
// # Processes
//
// On Unix each command is the leader of a session of its own, without a
// terminal. Running out of time and the end of ctx end the session, the process
// group and what these have started, in sessions of its own too: SIGTERM, a short
// grace, SIGKILL. Run returns when all are gone. On Windows the process tree is
// ended as well as taskkill can.
//
// What a command leaves running in the background when it ends by itself does not
// hold the result: Run waits for the end of the output only while some arrives, see
// [RunnerOptions].
//
// On Linux a keeper, see [RunnerOptions.Keeper], starts the commands. Whatever a
// command has started then ends with its run, however that ends and wherever in the
// tree of processes it has got to, and with this process, also if that dies by
// SIGKILL.
//
// Without keepers a process that leads a session and whose parent had ended before
// is not found. What a command has left in the background lives on. Its output is
// read and thrown away until [Runner.Close], so that it does not die of a closed
// pipe. When this process dies, by SIGKILL too, a guard ends all commands, and what
// they have left in their groups; so it does after Close. See
// [RunnerOptions.Guard]. Without that either, commands get SIGTERM on Linux when
// this process dies, and what they have started does not.
//
// # Terminals
//
// [Runner.StartTerminal] starts a command on a terminal of its own and returns
// at once; the [Terminal] takes what is typed and gives the output since one
// looked last, until the process ends:
//
//	terminal, err := runner.StartTerminal(ctx, exec.Command{Argv: []string{"python3"}, Env: env}, nil)
//	if err != nil {
//		return err
//	}
//	defer terminal.Close()
//	_, err = terminal.Write(ctx, []byte("print(1)\n"))
//	output, ended := terminal.Collect(ctx, time.Second)
//
// The process is the leader of a session whose controlling terminal this is.
// The end of ctx, [Terminal.Close] and [Runner.Close] end it in the same way,
// with a SIGHUP beside SIGTERM. There are no
// terminals on Windows, see [TerminalsSupported].
//
// # Output
//
// Both streams are read as they come and handed to [Options.OnOutput], which may
// block: the command then blocks too once its pipe is full. What is kept is
// bounded, see [DefaultCaptureLimit]. [Result.ModelText] and [OutputJSON] make
// of it what the model gets to see, or [Output.Middle] of what a terminal gave.
//
// # Concurrency
//
// A Runner may be used from several goroutines at once. A Result belongs to its
// caller. All goroutines that Run starts have ended when it returns, except for
// those that read on for background processes; Close ends these. Those of a
// terminal end with it.
package exec
