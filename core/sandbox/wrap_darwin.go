package sandbox

const kind = "seatbelt"

func (*Options) complete() error { return nil }

func (s *Sandbox) wrap(r Request) (*Invocation, error) {
	return seatbelt(r.Argv, plain(r.Policy), s.Roots(r.Policy, r.Cwd)), nil
}

func (*Sandbox) watch(Watched) (*Invocation, bool) { return nil, false }

func (*Sandbox) keeper() (*Invocation, bool) { return nil, false }
