//go:build unix

package exec_test

import (
	"context"
	"errors"
	"fmt"
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
