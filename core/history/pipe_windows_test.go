package history

import "testing"

func makePipe(t *testing.T, _ string) { t.Skip("no pipes in directories") }
