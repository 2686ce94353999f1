package sandbox

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// roleVariable makes the test program play a part, inside the sandbox or before
// it, instead of running the tests.
const roleVariable = "SANDBOX_TEST_ROLE"

func TestMain(m *testing.M) {
	Init()
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeProgram()
		os.Exit(code)
	}))
}
