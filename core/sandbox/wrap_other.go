//go:build !linux && !darwin

package sandbox

const kind = "none"

func (*Options) complete() error { return ErrUnsupported }

func (*Sandbox) wrap(Request) (*Invocation, error) { return nil, ErrUnsupported }

func (*Sandbox) watch(Watched) (*Invocation, bool) { return nil, false }

func (*Sandbox) keeper() (*Invocation, bool) { return nil, false }
