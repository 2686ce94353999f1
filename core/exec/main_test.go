package exec

import (
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
	goleak.VerifyTestMain(m)
}
