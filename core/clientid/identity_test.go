package clientid

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lookupIn(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
}

// onDebian returns an identity whose machine is fixed.
func onDebian(options Options) Identity {
	id := New(options)
	id.platform.describe = func() system { return system{"Debian", "12.0.0", "x86_64"} }
	return id
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	const base = "codex_cli_rs/0.44.0 (Debian 12.0.0; x86_64) xterm"
	for _, test := range []struct {
		name            string
		variables       map[string]string
		force           string
		client, version string
		anonymous       bool
		want            string
	}{
		{name: "no client", anonymous: true, want: base},
		{name: "client", client: "my ed", version: "9.9", want: base + " (my ed; 9.9)"},
		{name: "empty client", want: base + " (;)"},
		{name: "control character", client: "né\a", version: "  ", want: base + " (n__;)"},
		{name: "bytes above ASCII", client: "né", version: "1", want: base + " (né; 1)"},
		{name: "tab", client: "a\tb", version: "1", want: base + " (a\tb; 1)"},
		{name: "override", anonymous: true, variables: map[string]string{OriginatorVariable: "codex_vscode"},
			want: "codex_vscode/0.44.0 (Debian 12.0.0; x86_64) xterm"},
		{name: "override with a line end", anonymous: true, variables: map[string]string{OriginatorVariable: "a\nb"}, want: base},
		{name: "empty override", anonymous: true, variables: map[string]string{OriginatorVariable: ""},
			want: "/0.44.0 (Debian 12.0.0; x86_64) xterm"},
		{name: "exec beats the override", anonymous: true, force: ExecOriginator,
			variables: map[string]string{OriginatorVariable: "codex_vscode"},
			want:      "codex_exec/0.44.0 (Debian 12.0.0; x86_64) xterm"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			variables := map[string]string{"TERM": "xterm"}
			for name, value := range test.variables {
				variables[name] = value
			}
			id := onDebian(Options{LookupEnv: lookupIn(variables), Originator: test.force})
			if !test.anonymous {
				id = id.WithClient(test.client, test.version)
			}
			if diff := cmp.Diff(test.want, id.UserAgent()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewWarnsAboutAnIllegalOverride(t *testing.T) {
	t.Parallel()
	var warnings []string
	New(Options{
		LookupEnv: lookupIn(map[string]string{OriginatorVariable: "a\nb"}),
		Warn:      func(message string) { warnings = append(warnings, message) },
	})
	if len(warnings) != 1 {
		t.Errorf("got warnings %q, want one", warnings)
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		variables map[string]string
		want      string
	}{
		{"nothing", nil, "unknown"},
		{"term", map[string]string{"TERM": "xterm-256color"}, "xterm-256color"},
		{"empty term", map[string]string{"TERM": ""}, ""},
		{"program", map[string]string{"TERM_PROGRAM": "vscode", "TERM": "xterm"}, "vscode"},
		{"program and version", map[string]string{"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.2.3"}, "vscode/1.2.3"},
		{"blank version", map[string]string{"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": " "}, "vscode"},
		{"blank program", map[string]string{"TERM_PROGRAM": " ", "TERM": "xterm"}, "xterm"},
		{"odd characters", map[string]string{"TERM_PROGRAM": "My Térm", "TERM_PROGRAM_VERSION": "1(2)"}, "My_T_rm/1_2_"},
		{"wezterm", map[string]string{"WEZTERM_VERSION": "2024"}, "WezTerm/2024"},
		{"wezterm without a version", map[string]string{"WEZTERM_VERSION": ""}, "WezTerm"},
		{"kitty by window", map[string]string{"KITTY_WINDOW_ID": ""}, "kitty"},
		{"kitty by term", map[string]string{"TERM": "xterm-kitty"}, "kitty"},
		{"alacritty by socket", map[string]string{"ALACRITTY_SOCKET": "/s"}, "Alacritty"},
		{"alacritty by term", map[string]string{"TERM": "alacritty"}, "Alacritty"},
		{"not quite alacritty", map[string]string{"TERM": "alacritty-direct"}, "alacritty-direct"},
		{"konsole", map[string]string{"KONSOLE_VERSION": "220401"}, "Konsole/220401"},
		{"konsole without a version", map[string]string{"KONSOLE_VERSION": ""}, "Konsole"},
		{"gnome terminal", map[string]string{"GNOME_TERMINAL_SCREEN": "/x", "VTE_VERSION": "1"}, "gnome-terminal"},
		{"vte", map[string]string{"VTE_VERSION": "7600"}, "VTE/7600"},
		{"vte without a version", map[string]string{"VTE_VERSION": ""}, "VTE"},
		{"windows terminal", map[string]string{"WT_SESSION": "x", "TERM": "y"}, "WindowsTerminal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, terminal(lookupIn(test.variables))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseOSRelease(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, wantName, wantVersion string
	}{
		{"debian", "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n", "Debian", "12.0.0"},
		{"ubuntu", "# c\nID=ubuntu\nVERSION_ID='24.04'", "Ubuntu", "24.4.0"},
		{"alpine", "ID=alpine\nVERSION_ID=3.20.1\n", "Alpine Linux", "3.20.1"},
		{"rolling", "ID=arch\nNAME=Arch\n", "Arch Linux", unknown},
		{"not numeric", "ID=fedora\nVERSION_ID=rawhide\n", "Fedora", "rawhide"},
		{"four numbers", "ID=fedora\nVERSION_ID=1.2.3.4\n", "Fedora", "1.2.3.4"},
		{"not in the table", "ID=void\nNAME=\"Void \\\"L\\\"\"\n", "Void \"L\"", unknown},
		{"empty", "", "Linux", unknown},
		{"no assignments", "hello\n=\n\x00", "Linux", unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			name, version := parseOSRelease(test.text)
			if diff := cmp.Diff([]string{test.wantName, test.wantVersion}, []string{name, version}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseSystemVersion(t *testing.T) {
	t.Parallel()
	const list = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
	<key>ProductName</key><string>macOS</string>
	<key>ProductVersion</key><string>15.1</string>
</dict></plist>`
	for _, test := range []struct{ name, text, want string }{
		{"complete", list, "15.1.0"},
		{"without the key", "<plist><dict><key>A</key><string>1</string></dict></plist>", unknown},
		{"not XML", "15.1", unknown},
		{"torn", list[:len(list)-60], unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, parseSystemVersion(test.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheMachineIsDescribedOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	id := New(Options{})
	id.platform.describe = func() system { calls.Add(1); return system{"A", "1", "b"} }
	for i := range 10 {
		_ = id.WithClient(fmt.Sprint("client", i), "1").UserAgent()
	}
	if calls.Load() != 1 {
		t.Errorf("the machine was described %d times, want once", calls.Load())
	}
}

func TestUserAgentOfTheZeroValue(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff("/ (Unknown Unknown; unknown) unknown", Identity{}.UserAgent()); diff != "" {
		t.Error(diff)
	}
}

func FuzzUserAgentIsALegalHeader(f *testing.F) {
	f.Add("my ed", "9.9", "codex_vscode", "xterm")
	f.Add("né\a", "  ", "", "")
	f.Fuzz(func(t *testing.T, name, version, override, term string) {
		id := onDebian(Options{LookupEnv: lookupIn(map[string]string{OriginatorVariable: override, "TERM": term})})
		agent := id.WithClient(name, version).UserAgent()
		if !legalHeaderValue(agent) {
			t.Errorf("illegal header value %q", agent)
		}
		if !legalHeaderValue(id.Originator) {
			t.Errorf("illegal originator %q", id.Originator)
		}
	})
}

func FuzzParseOSRelease(f *testing.F) {
	f.Add("ID=debian\nVERSION_ID=\"12\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		if name, version := parseOSRelease(text); name == "" || version == "" {
			t.Errorf("empty name %q or version %q", name, version)
		}
	})
}

func Example() {
	environment := map[string]string{"TERM_PROGRAM": "vscode", OriginatorVariable: "my_editor"}
	process := New(Options{LookupEnv: func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}})
	editor := process.WithClient("my-editor", "1.2.3")

	header := http.Header{}
	header.Set("User-Agent", editor.UserAgent())
	header.Set("originator", editor.Originator)
	fmt.Println(header.Get("originator"), editor.Suffix)
	// Output: my_editor my-editor; 1.2.3
}

func BenchmarkUserAgent(b *testing.B) {
	b.ReportAllocs()
	id := onDebian(Options{}).WithClient("my-editor", "1.2.3")
	for b.Loop() {
		_ = id.UserAgent()
	}
}
