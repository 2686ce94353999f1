package proctree

// Descendants returns the ids of the processes that the process id has started
// and that have not lost their parent since, and of what these have started, a
// parent before its children. Those that have ended and that nobody has looked
// at are among them.
func Descendants(id int) ([]int, error) {
	all, err := list()
	if err != nil {
		return nil, err
	}
	return below(all, id), nil
}

// below returns the descendants of id among all processes.
func below(all []Process, id int) []int {
	children := map[int][]int{}
	for i := range all {
		p := &all[i]
		children[p.Parent] = append(children[p.Parent], p.ID)
	}
	found := children[id]
	for i := 0; i < len(found); i++ {
		found = append(found, children[found[i]]...)
	}
	return found
}
