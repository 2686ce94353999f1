package mcpclient

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUniqueNames(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		name string
		ids  []toolID
		want []string
	}{
		{"nothing", nil, []string{}},
		{"plain", []toolID{{"mock", "echo"}, {"a-b_c", "D-9"}}, []string{"mock__echo", "a-b_c__D-9"}},
		{
			"long names of one beginning",
			[]toolID{
				{"workbench", "fetch_every_open_ticket_of_the_current_release_and_sort_by_owner"},
				{"workbench", "fetch_every_open_ticket_of_the_current_release_and_sort_by_date"},
			},
			[]string{
				"workbench__fetch_every_odf102354173e2f3a915a3ee552783cab6aaae70d",
				"workbench__fetch_every_oc0d1c7c7f9c3d6d95ec9c4353ee8ce9ea9090d01",
			},
		},
		{"64 bytes", []toolID{{"s1", long(60)}}, []string{"s1__" + long(60)}},
		{"65 bytes", []toolID{{"s1", long(61)}}, []string{"s1__aaaaaaaaaaaaaaaaaaaa1e4d08505b91640d00978ce6dc3c70bcd85a2683"}},
		{"other characters", []toolID{{"s", "weird name!"}, {"s", "é\xff.x"}}, []string{"s__weird_name_", "s_____x"}},
		{"no name", []toolID{{"s", ""}}, []string{"s__"}},
		{
			"the one that needs no change has the name",
			[]toolID{{"s", "a b"}, {"s", "a_b"}, {"s", "a.b"}},
			[]string{"s__a_b80eac2ce2e98b7ada42100712a13d14cd594cf10", "s__a_b", "s__a_b95734b1bfba63788da152bb873b22ce8d1c20e85"},
		},
		{
			"two servers that join to one name",
			[]toolID{{"a", "b__c"}, {"a__b", "c"}},
			[]string{"a__b__c", "a__b__c4a91c71dbcb525e603159e6b9bad9dfd9397830d"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := uniqueNames(tt.ids)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzUniqueNames(f *testing.F) {
	f.Add("mock\x00echo\x00mock\x00fail")
	f.Add("a\x00b__c\x00a__b\x00c\x00a\x00b c\x00a\x00b.c\x00a\x00b_c")
	f.Add("s\x00" + strings.Repeat("é", 80) + "\x00s\x00" + strings.Repeat("é", 81))
	f.Fuzz(func(t *testing.T, text string) {
		parts := strings.Split(text, "\x00")
		var ids []toolID
		for i := 0; i+1 < len(parts); i += 2 {
			if id := (toolID{sanitize(parts[i]), parts[i+1]}); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		got := uniqueNames(ids)
		seen := map[string]bool{}
		for i, name := range got {
			if name == "" || seen[name] || len(name) > maxNameLen || sanitize(name) != name {
				t.Errorf("%q is called %q", ids[i], name)
			}
			seen[name] = true
		}
		if diff := cmp.Diff(got, uniqueNames(ids)); diff != "" {
			t.Error(diff)
		}
	})
}
