package mcpclient

// What the tests of whole conversations need of this package's tests.

// FakeConfig says how a fake server behaves.
type FakeConfig = fakeConfig

// FakeVariable makes the test program be a fake server.
const FakeVariable = fakeVariable

// HostVariable makes the test program be a program with conversations, which
// runs HostMain.
const HostVariable = "MCPCLIENT_TEST_HOST"

// HostMain is set by the tests of whole conversations.
var HostMain func(argument string) int
