package sandbox

// play plays a part and returns an exit code.
func play(role string, args []string) int {
	switch role {
	case "launch":
		return launch(args)
	case "parent":
		return parent(args)
	case "victim":
		return victim()
	case "calls":
		return calls(args)
	case "server":
		return server(args)
	case "escape":
		return escape(args)
	}
	return 98
}
