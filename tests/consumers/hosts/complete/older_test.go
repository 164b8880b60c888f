package main

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// served starts a server on loopback, and returns a connection to it.
func served(t *testing.T, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// An older host refuses what it does not know before it has read the request. Its refusal has to arrive as such,
// whichever comes first: the engine then asks in the older form.
func TestWhatTheOlderHostLacksIsUnimplementedHoweverFastItRefuses(t *testing.T) {
	base := &older{connection: served(t, grpc.NewServer())}
	before := served(t, grpc.NewServer(grpc.UnknownServiceHandler(base.forward)))
	for call := range 20_000 {
		err := before.Invoke(context.Background(), "/pulumirpc.LanguageRuntime/GetRequiredPackages",
			&emptypb.Empty{}, &emptypb.Empty{})
		if status.Code(err) != codes.Unimplemented {
			t.Fatalf("call %d: %v", call, err)
		}
	}
}
