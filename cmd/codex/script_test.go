package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// roles are the programs that the test program is under other names.
var roles = map[string]func(){"codex": main}

func TestMain(m *testing.M) {
	testscript.Main(m, roles)
}

// thorough tells to run every script. Commands that do one thing and end have
// nothing to race, but take long to start when they are watched for it.
var thorough = !raceDetector || os.Getenv("CODEX_LONG") != ""

// TestScripts runs the command line as its users do: every file under
// testdata/script, each in a folder of its own with a CODEX_HOME of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	pattern := "*.txt"
	if !thorough {
		pattern = "*-server.txt"
	}
	files, err := filepath.Glob(filepath.Join("testdata", "script", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Files: files,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"status": status},
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			if err := os.Mkdir(home, 0o700); err != nil {
				return err
			}
			issuer := fakeIssuer()
			env.Defer(issuer.Close)
			env.Setenv("ISSUER", issuer.URL)
			local, err := modeltest.Serve(modeltest.Options{Handler: modeltest.Demo(0)})
			if err != nil {
				return err
			}
			env.Defer(local.Close)
			env.Setenv("LOCAL_MODEL", local.BaseURL())
			env.Setenv("CODEX_HOME", home)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
	})
}

// status runs a program and wants it to end with an exit status: "status 2
// codex nosuch".
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status code program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("run %s: %v", args[1], err)
	}
	if got != want {
		ts.Fatalf("%s ended with status %d, want %d", args[1], got, want)
	}
}
