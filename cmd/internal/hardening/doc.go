// Package hardening makes it harder to get at what the process holds in memory,
// such as credentials: no core is dumped, no debugger may attach, and no
// variable tells the loaders of child processes to load something else.
//
// The order at the start of the process is: dispatch by argv[0], where the
// sandbox helper makes its namespaces, which needs a process that is not
// hardened; then [Apply]; then everything else.
//
//	func main() {
//		sandbox.Init()
//		if err := hardening.Apply(); err != nil {
//			fmt.Fprintln(os.Stderr, "Error:", err)
//			os.Exit(hardening.ExitCode(err))
//		}
//		...
//	}
//
// It changes the process and is called once, from main alone.
// (spec: exec-and-tools, start-up; config-and-auth, process start-up)
package hardening
