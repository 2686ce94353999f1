//go:build !linux

package sandbox

import "os"

func (*Sandbox) obstacle() error {
	_, err := os.Stat(sandboxExec)
	return err
}
