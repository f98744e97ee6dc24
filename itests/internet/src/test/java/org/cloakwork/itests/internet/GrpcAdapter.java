package org.cloakwork.itests.internet;

import io.grpc.CallOptions;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.Internet;

final class GrpcAdapter implements Adapter {

    /** In a real program the stub knows it. */
    private final MethodDescriptor<String, String> method;

    GrpcAdapter(MethodDescriptor<String, String> method) {
        this.method = method;
    }

    @Override
    public String get(Internet internet, URI page) {
        SocketAddress proxy = internet.proxySelector().select(page).getFirst().address();
        InetSocketAddress target = InetSocketAddress.createUnresolved(page.getHost(), page.getPort());
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + page.getAuthority()).usePlaintext()
                .proxyDetector(wanted -> HttpConnectProxiedSocketAddress.newBuilder()
                        .setProxyAddress(proxy).setTargetAddress(target)
                        .setUsername("").setPassword(internet.proxyAuthorization().replace("Bearer ", "")).build())
                .build();
        try {
            return ClientCalls.blockingUnaryCall(channel, method,
                    CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), page.getPath());
        } finally {
            channel.shutdownNow();
        }
    }
}
