package jsonrpc

import "slices"

// order makes works wait for earlier ones that they have to do with. It is a
// part of [state] and guarded by its lock.
type order struct {
	// lines has an entry for each name that a work claims: the claims on it in
	// order of arrival. Those that are held stand before the others; they are one
	// change, or any number of reads. Since a task joins all its lines at once,
	// the order of arrival is the same in all, and nothing waits in a circle.
	lines map[string][]claim
}

// claim is the place of a task in the line of one name.
type claim struct {
	task    *task
	changes bool // excludes every other, where a read excludes changes alone
	held    bool // nothing before it excludes it
}

// enter puts a task in its lines and reports whether it may begin at once.
func (o *order) enter(t *task) bool {
	for _, name := range t.Changes {
		o.join(name, t, true)
	}
	for _, name := range t.Reads {
		o.join(name, t, false)
	}
	return t.waits == 0
}

// join puts a task at the end of a line, unless it stands there.
func (o *order) join(name string, t *task, changes bool) {
	line := o.lines[name]
	held := true
	if n := len(line); n > 0 {
		last := line[n-1]
		if last.task == t {
			return
		}
		held = last.held && !last.changes && !changes
	}
	if !held {
		t.waits++
	}
	o.lines[name] = append(line, claim{t, changes, held})
}

// leave takes a task out of a line, if it stands there, and appends to ready
// those that may begin now.
func (o *order) leave(name string, t *task, ready []*task) []*task {
	line := o.lines[name]
	at := slices.IndexFunc(line, func(c claim) bool { return c.task == t })
	if at < 0 {
		return ready
	}
	line = slices.Delete(line, at, at+1)
	if len(line) == 0 {
		delete(o.lines, name)
		return ready
	}
	o.lines[name] = line
	for i := range line {
		c := &line[i]
		if i > 0 && (c.changes || line[0].changes) {
			break
		}
		if c.held {
			continue
		}
		c.held = true
		if c.task.waits--; c.task.waits == 0 {
			ready = append(ready, c.task)
		}
	}
	return ready
}

// leaveAll takes a task out of its lines and returns those that may begin now.
func (o *order) leaveAll(t *task) (ready []*task) {
	for _, name := range t.Changes {
		ready = o.leave(name, t, ready)
	}
	for _, name := range t.Reads {
		ready = o.leave(name, t, ready)
	}
	return ready
}
