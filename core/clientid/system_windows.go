package clientid

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/windows"
)

// describeSystem asks the kernel for its version.
func describeSystem() system {
	v := windows.RtlGetVersion()
	arch, ok := machineNames[runtime.GOARCH]
	if !ok {
		arch = "unknown"
	}
	return system{
		name:    "Windows",
		version: fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber),
		arch:    arch,
	}
}

// machineNames maps the names Go has for processors to those that uname has.
var machineNames = map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686"}
