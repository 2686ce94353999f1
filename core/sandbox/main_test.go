package sandbox

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// roleVariable makes the test program play a part, inside the sandbox or before
// it, instead of running the tests.
const roleVariable = "SANDBOX_TEST_ROLE"

// programPrefix begins the path of each copy of the test program.
const programPrefix = "/tmp/sandbox-test-program-"

func TestMain(m *testing.M) {
	Init()
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	// A copy that lost its part must not run the tests, which start more copies.
	if exe, err := os.Executable(); err == nil && strings.HasPrefix(exe, programPrefix) {
		os.Exit(97)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeProgram()
		os.Exit(code)
	}))
}
