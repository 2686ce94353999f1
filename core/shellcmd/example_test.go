package shellcmd_test

import (
	"fmt"

	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/protocol"
)

func ExampleTrusted() {
	for _, script := range []string{
		"git log --oneline -n 5 | head -n 2",
		"git log --output=notes.txt",
		`find . -name '*.tmp' -d\elete`,
	} {
		v := shellcmd.Trusted([]string{"bash", "-lc", script})
		fmt.Printf("%v %v %q\n", v.Trusted, v.Programs, v.Reason)
	}
	// Output:
	// true [bash git head] ""
	// false [] "git: option --output is not on the list"
	// false [] "find: -delete is not on the list"
}

func ExampleDangerous() {
	fmt.Println(shellcmd.Dangerous([]string{"bash", "-c", "cd build && sudo -n /bin/rm -fr ."}))
	fmt.Println(shellcmd.Dangerous([]string{"rm", "notes.txt"}))
	// Output:
	// rm deletes without asking true
	//  false
}

func ExampleParse() {
	parsed := shellcmd.Parse([]string{"bash", "-lc", "cd web && rg -n TODO src | head -n 5 && cat src/main.css"})
	for _, p := range parsed {
		switch p := p.(type) {
		case *protocol.ReadCommand:
			fmt.Printf("read %s: %s\n", p.Name, p.Cmd)
		case *protocol.SearchCommand:
			fmt.Printf("search %s in %s: %s\n", *p.Query, *p.Path, p.Cmd)
		case *protocol.UnknownCommand:
			fmt.Printf("run: %s\n", p.Cmd)
		}
	}
	// Output:
	// search TODO in src: rg -n TODO src
	// run: head -n 5
	// read main.css: cat src/main.css
}

func ExampleJoin() {
	line, _ := shellcmd.Join([]string{"rg", "it's", "*.go", "src"})
	fmt.Println(line)
	words, _ := shellcmd.Split(line)
	fmt.Println(len(words))
	// Output:
	// rg "it's" '*.go' src
	// 4
}
