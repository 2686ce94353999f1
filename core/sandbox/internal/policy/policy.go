package policy

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Mode is the kind of a policy, as its "mode" names it.
type Mode string

// The modes. (spec: exec-and-tools, sandbox policies)
const (
	FullAccess     Mode = "danger-full-access"
	ReadOnly       Mode = "read-only"
	WorkspaceWrite Mode = "workspace-write"
)

// Policy is a sandbox policy. All fields but Mode belong to [WorkspaceWrite].
type Policy struct {
	Mode Mode
	// WritableRoots are directories, or files, that may be written. Relative
	// ones start from the policy's directory.
	WritableRoots []string
	// Network allows the network.
	Network bool
	// ExcludeTmpdirEnvVar leaves out the directory of $TMPDIR.
	ExcludeTmpdirEnvVar bool
	// ExcludeSlashTmp leaves out /tmp.
	ExcludeSlashTmp bool
}

// FullWrite reports whether commands may write everywhere.
func (p *Policy) FullWrite() bool { return p.Mode == FullAccess }

// FullNetwork reports whether commands may use the network.
func (p *Policy) FullNetwork() bool {
	return p.Mode == FullAccess || p.Mode == WorkspaceWrite && p.Network
}

// Parse reads the JSON form of a policy. Members that the mode does not know
// are passed over.
func Parse(data []byte) (*Policy, error) {
	// A map keeps the names of members exact, which a struct would not.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("sandbox policy is not a JSON object: %w", err)
	}
	if members == nil {
		return nil, errors.New("sandbox policy is not a JSON object")
	}
	p := &Policy{}
	if err := member(members, "mode", &p.Mode); err != nil {
		return nil, err
	}
	switch p.Mode {
	case FullAccess, ReadOnly:
		return p, nil
	case WorkspaceWrite:
	case "":
		return nil, errors.New("sandbox policy has no mode")
	default:
		return nil, fmt.Errorf("sandbox policy has the unknown mode %q", p.Mode)
	}
	var roots []*string
	err := errors.Join(
		member(members, "writable_roots", &roots),
		member(members, "network_access", &p.Network),
		member(members, "exclude_tmpdir_env_var", &p.ExcludeTmpdirEnvVar),
		member(members, "exclude_slash_tmp", &p.ExcludeSlashTmp),
	)
	if err != nil {
		return nil, err
	}
	for _, root := range roots {
		if root == nil {
			return nil, errors.New(`sandbox policy: a member of "writable_roots" is null`)
		}
		p.WritableRoots = append(p.WritableRoots, *root)
	}
	return p, nil
}

// member reads one member into v; a missing one leaves it as it is.
func member[T any](members map[string]json.RawMessage, name string, v *T) error {
	raw, ok := members[name]
	if !ok {
		return nil
	}
	if string(raw) == "null" {
		return fmt.Errorf("sandbox policy: %q is null", name)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("sandbox policy: %q: %w", name, err)
	}
	return nil
}
