package sandbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// families are those for which a socket must not even be made.
var families = []struct {
	name     string
	family   int
	kind     int
	protocol int
}{
	{"inet stream", unix.AF_INET, unix.SOCK_STREAM, 0},
	{"inet datagram", unix.AF_INET, unix.SOCK_DGRAM, 0},
	{"inet raw", unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP},
	{"inet ping", unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP},
	{"inet multipath", unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP},
	{"inet6 stream", unix.AF_INET6, unix.SOCK_STREAM, 0},
	{"inet6 datagram", unix.AF_INET6, unix.SOCK_DGRAM, 0},
	{"netlink", unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE},
	{"netlink audit", unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_AUDIT},
	{"packet", unix.AF_PACKET, unix.SOCK_RAW, 0x0300},
	{"vsock", unix.AF_VSOCK, unix.SOCK_STREAM, 0},
	{"bluetooth", unix.AF_BLUETOOTH, unix.SOCK_RAW, 1},
	{"can", unix.AF_CAN, unix.SOCK_RAW, 1},
	{"tipc", unix.AF_TIPC, unix.SOCK_STREAM, 0},
	{"rds", unix.AF_RDS, unix.SOCK_SEQPACKET, 0},
	{"kernel crypto", unix.AF_ALG, unix.SOCK_SEQPACKET, 0},
	{"express data path", unix.AF_XDP, unix.SOCK_RAW, 0},
	{"key", unix.AF_KEY, unix.SOCK_RAW, 2},
	{"qipcrtr", unix.AF_QIPCRTR, unix.SOCK_DGRAM, 0},
	{"phonet", unix.AF_PHONET, unix.SOCK_DGRAM, 0},
	{"nfc", unix.AF_NFC, unix.SOCK_SEQPACKET, 0},
	{"unknown", 63, unix.SOCK_STREAM, 0},
	// The kernel looks at the lower half of an argument only.
	{"inet with high bits", unix.AF_INET | 1<<32, unix.SOCK_STREAM, 0},
	{"unix with high bits that is inet", 1<<33 | unix.AF_INET, unix.SOCK_DGRAM, 0},
}

// networkAttempts try to reach anybody else. The tables above and of the filter
// make most of them.
var networkAttempts = append(familyAttempts(), []attempt{
	{"connect to a port", always, nobody, func(w *world) error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.Connect(fd, &unix.SockaddrInet4{Port: w.TCP, Addr: [4]byte{127, 0, 0, 1}})
	}},
	{"connect to a socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_STREAM, func(fd int) error { return unix.Connect(fd, &unix.SockaddrUnix{Name: w.Stream}) })
	}},
	{"connect to an abstract socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_STREAM, func(fd int) error { return unix.Connect(fd, &unix.SockaddrUnix{Name: w.Abstract}) })
	}},
	{"connect to a datagram socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_DGRAM, func(fd int) error { return unix.Connect(fd, &unix.SockaddrUnix{Name: w.Datagram}) })
	}},
	{"send to a datagram socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_DGRAM, func(fd int) error {
			return unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrUnix{Name: w.Datagram})
		})
	}},
	{"send a message to a datagram socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_DGRAM, func(fd int) error {
			return unix.Sendmsg(fd, []byte("x"), nil, &unix.SockaddrUnix{Name: w.Datagram}, 0)
		})
	}},
	{"bind a socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_STREAM, func(fd int) error { return unix.Bind(fd, &unix.SockaddrUnix{Name: w.Work + "/new"}) })
	}},
	{"bind a socket outside", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_STREAM, func(fd int) error { return unix.Bind(fd, &unix.SockaddrUnix{Name: w.Outside + "/new"}) })
	}},
	{"bind an abstract socket", always, anybody, func(w *world) error {
		return onUnix(unix.SOCK_STREAM, func(fd int) error { return unix.Bind(fd, &unix.SockaddrUnix{Name: w.Abstract + "2"}) })
	}},
	{"pass a descriptor", always, anybody, func(*world) error {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		return unix.Sendmsg(fds[0], []byte("x"), unix.UnixRights(1), nil, 0)
	}},
	{"receive a message", always, anybody, func(*world) error {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		if _, err := unix.Write(fds[0], []byte("x")); err != nil {
			return err
		}
		_, _, _, _, err = unix.Recvmsg(fds[1], make([]byte, 1), nil, 0)
		return err
	}},
	{"make a pair of network sockets", always, nobody, func(*world) error {
		_, err := unix.Socketpair(unix.AF_TIPC, unix.SOCK_STREAM, 0)
		return err
	}},
}...)

func familyAttempts() []attempt {
	var all []attempt
	for _, f := range families {
		all = append(all, attempt{"make a socket: " + f.name, always, nobody, func(*world) error {
			fd, _, errno := unix.Syscall(unix.SYS_SOCKET, uintptr(f.family), uintptr(f.kind), uintptr(f.protocol))
			if errno == unix.EPERM {
				return errno
			}
			if errno == 0 {
				_ = unix.Close(int(fd))
				return nil
			}
			// The kernel does not have it, or has another reason. It was asked.
			fmt.Fprintf(os.Stderr, "%s reached the kernel: %v\n", f.name, errno)
			return nil
		}})
	}
	return all
}

// onUnix calls f with a new socket.
func onUnix(kind int, f func(fd int) error) error {
	fd, err := unix.Socket(unix.AF_UNIX, kind, 0)
	if err != nil {
		return errors.New("even a harmless socket cannot be made")
	}
	defer unix.Close(fd)
	return f(fd)
}
