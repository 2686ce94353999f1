package sandbox

import "github.com/codex-go/codex/core/sandbox/internal/landlock"

func (*Sandbox) obstacle() error {
	_, err := landlock.ABI()
	return err
}
