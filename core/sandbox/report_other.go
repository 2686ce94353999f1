//go:build !linux && !darwin

package sandbox

import "context"

func (*Sandbox) probe(context.Context, *Report) error { return ErrUnsupported }
