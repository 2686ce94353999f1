package exec

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/sandbox"
)

// roleVariable makes the test program play a part in a test instead of running
// the tests.
const roleVariable = "EXEC_TEST_ROLE"

func TestMain(m *testing.M) {
	sandbox.Init() // the guard
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(playRole(role))
	}
	// Most of the tests wait for processes.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
