package clientid

import "strings"

// terminal names the terminal the process runs in, from the variables that
// terminals set. (spec: config-and-auth, terminal token)
func terminal(lookup func(string) (string, bool)) string {
	token := rawTerminal(lookup)
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9',
			r == '.', r == '_', r == '/', r == '-':
			return r
		}
		return '_'
	}, token)
}

func rawTerminal(lookup func(string) (string, bool)) string {
	get := func(name string) string { value, _ := lookup(name); return value }
	set := func(name string) bool { _, ok := lookup(name); return ok }
	versioned := func(name, version string) string {
		if strings.TrimSpace(version) == "" {
			return name
		}
		return name + "/" + version
	}
	switch {
	case strings.TrimSpace(get("TERM_PROGRAM")) != "":
		return versioned(get("TERM_PROGRAM"), get("TERM_PROGRAM_VERSION"))
	case set("WEZTERM_VERSION"):
		return versioned("WezTerm", get("WEZTERM_VERSION"))
	case set("KITTY_WINDOW_ID"), strings.Contains(get("TERM"), "kitty"):
		return "kitty"
	case set("ALACRITTY_SOCKET"), get("TERM") == "alacritty":
		return "Alacritty"
	case set("KONSOLE_VERSION"):
		return versioned("Konsole", get("KONSOLE_VERSION"))
	case set("GNOME_TERMINAL_SCREEN"):
		return "gnome-terminal"
	case set("VTE_VERSION"):
		return versioned("VTE", get("VTE_VERSION"))
	case set("WT_SESSION"):
		return "WindowsTerminal"
	case set("TERM"):
		return get("TERM")
	}
	return "unknown"
}
