package proctree

import (
	"errors"
	"slices"
)

// ErrUnsupported means that this system does not tell about its processes.
var ErrUnsupported = errors.New("processes cannot be listed on this system")

// Process is what the system tells of a process.
type Process struct {
	ID, Parent, Group, Session int
	// Start is when it was started, in a unit of the system's. With ID it tells
	// a process from a later one that got its id.
	Start uint64
	// Ended tells that it is only an entry that its parent has not looked at.
	Ended bool
}

// Family is the processes of some sessions and process groups, and all that
// these have started. What a look has found belongs to it from then on, whatever
// parent, group or session it gets later. Only a process whose parent ended
// before anybody looked, and which leads a session of its own, is not found.
//
// A Family belongs to one goroutine at a time.
type Family struct {
	leaders map[int]bool
	// known are the members that looks have found, with when they were started.
	known map[int]uint64
}

// New returns the family of the sessions and groups with the ids leaders.
func New(leaders ...int) *Family {
	f := &Family{leaders: make(map[int]bool, len(leaders)), known: map[int]uint64{}}
	for _, id := range leaders {
		f.leaders[id] = true
	}
	return f
}

// Members returns the members that are running. It looks at the system anew each
// time.
func (f *Family) Members() ([]Process, error) {
	all, err := list()
	if err != nil {
		return nil, err
	}
	return f.among(all), nil
}

// among returns the members among all processes.
func (f *Family) among(all []Process) []Process {
	known := make(map[int]uint64, len(f.known))
	for found := true; found; { // a parent may stand behind its child
		found = false
		for i := range all {
			p := &all[i]
			if _, ok := known[p.ID]; ok {
				continue
			}
			start, before := f.known[p.ID]
			_, child := known[p.Parent]
			if f.leaders[p.Session] || f.leaders[p.Group] || before && start == p.Start || child {
				known[p.ID] = p.Start
				found = true
			}
		}
	}
	f.known = known
	var members []Process
	for _, p := range all {
		if _, ok := known[p.ID]; ok && !p.Ended {
			members = append(members, p)
		}
	}
	return members
}

// Find returns the process with an id.
func Find(id int) (p Process, ok bool) {
	all, err := list()
	if err != nil {
		return Process{}, false
	}
	i := slices.IndexFunc(all, func(p Process) bool { return p.ID == id })
	if i < 0 {
		return Process{}, false
	}
	return all[i], true
}

// Gone reports whether no process with an id runs any more. It is false where the
// system does not tell.
func Gone(id int) bool {
	all, err := list()
	return err == nil && !slices.ContainsFunc(all, func(p Process) bool { return p.ID == id && !p.Ended })
}
