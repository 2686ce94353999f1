//go:build unix

package exec_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/protocol"
)

func ExampleRunner_Run() {
	runner := exec.NewRunner(nil)
	defer runner.Close()
	result, err := runner.Run(context.Background(), exec.Command{
		Argv:    []string{"sh", "-c", "echo to stdout; exit 3"},
		Dir:     "/",
		Env:     []string{"PATH=/usr/local/bin:/usr/bin:/bin"},
		Timeout: time.Minute,
	}, &exec.Options{
		OnOutput: func(_ context.Context, stream protocol.ExecOutputStream, chunk []byte) {
			fmt.Printf("%s: %q\n", stream, chunk)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(exec.OutputJSON(result.ModelText(), result.ExitCode, 0))
	// Output:
	// stdout: "to stdout\n"
	// {"output":"to stdout\n","metadata":{"exit_code":3,"duration_seconds":0.0}}
}

func ExampleRunner_StartTerminal() {
	runner := exec.NewRunner(nil)
	defer runner.Close()
	ctx := context.Background()
	terminal, err := runner.StartTerminal(ctx, exec.Command{
		Argv: []string{"sh", "-c", `stty -echo; read name; echo "Hello $name"`},
		Env:  []string{"PATH=/usr/local/bin:/usr/bin:/bin"},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer terminal.Close()
	if _, err := terminal.Write(ctx, []byte("terminal\n")); err != nil {
		fmt.Println(err)
	}
	result, err := terminal.Result()
	if err != nil {
		fmt.Println(err)
		return
	}
	output, ended := terminal.Collect(ctx, 0)
	text, _ := output.Middle(40_000)
	fmt.Println(ended, result.ExitCode, strings.HasSuffix(text, "Hello terminal\r\n"))
	// Output: true 0 true
}

func ExampleStartError() {
	runner := exec.NewRunner(nil)
	defer runner.Close()
	_, err := runner.Run(context.Background(), exec.Command{Argv: []string{"no-such-program"}}, nil)
	var start *exec.StartError
	if errors.As(err, &start) {
		fmt.Println(start.ExitCode, start)
	}
	// Output: 127 start "no-such-program": program not found
}
