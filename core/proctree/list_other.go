//go:build !linux && !darwin

package proctree

// list fails: this system does not tell.
func list() ([]Process, error) { return nil, ErrUnsupported }
