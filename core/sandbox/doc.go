// Package sandbox confines commands to what a sandbox policy allows, with what
// the operating system offers.
//
//	func main() {
//		sandbox.Init() // before anything else
//		...
//	}
//
//	box, err := sandbox.New(nil)
//	...
//	inv, err := box.Wrap(sandbox.Request{
//		Argv:   []string{"make", "test"},
//		Policy: &protocol.WorkspaceWritePolicy{},
//		Cwd:    "/src/project",
//	})
//
// The [Invocation] says what to start in place of the command; whoever starts
// processes does so. [WritableRoots] and [Roots.Writable] answer, for the same
// policies, what may be written without asking a sandbox. [Sandbox.Report] says
// what is enforced on this machine.
//
// # Linux
//
// The program starts itself again as a helper, which restricts itself and then
// runs the command. [Init] is what makes a program its own helper.
//
//   - Landlock withholds writing outside of the writable roots, signals to
//     processes outside and their abstract sockets, as far as the kernel
//     understands. Without Landlock nothing runs.
//   - A seccomp filter withholds the network, other processes' memory, kernel
//     interfaces that carry out calls past the filter, namespaces and mounts,
//     unless the policy allows the network.
//   - Where the machine allows it, namespaces add what these cannot express:
//     everything but the writable roots is mounted read-only, which covers
//     modes, owners and times of files too; the .git of a writable root is
//     mounted read-only inside of it, and the directories and, on kernels that
//     can, the symbolic links that lead to it can be neither renamed nor
//     replaced; and the command gets a PID namespace, so that
//     whatever it has started ends with it, and with the server, even if that is
//     killed. Ordinary users need user namespaces for that, which some
//     distributions and most containers forbid.
//   - Without namespaces .git is writable, as are modes and times of the user's
//     own files (except under a read-only policy, whose filter denies changing
//     them). What the command has started ends with it and with the server all the
//     same if a keeper has started it, see [Sandbox.Keeper].
//   - Root keeps the capabilities to act on files as root does and loses the
//     others.
//
// A network namespace would add nothing: the filter leaves no socket that could
// reach another program, on loopback either, and making and removing namespaces
// of that kind is slow.
//
// Some things stay possible. Files are readable, as every policy allows. A .git
// that does not exist when a command starts can be made by it, since making
// repositories is work that users ask for; whoever runs git there has to think of
// its hooks. The next command finds it read-only. With network access, sockets in the file system
// lead to other programs, which may do what the command may not. A file in a
// writable root that is a hard link to one outside is the same file.
//
// A command in a PID namespace sees its own processes only and small process
// ids. What it leaves in the background ends with it. In a user namespace other
// users' files seem to belong to nobody.
//
// # macOS
//
// The command runs under /usr/bin/sandbox-exec with a Seatbelt profile, which
// protects .git as well.
//
// # Other systems
//
// There is no sandbox; [New] returns [ErrUnsupported].
//
// # Concurrency
//
// A Sandbox and all functions may be used from several goroutines at once.
package sandbox
