package org.cloakwork.itests.internet;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.Internet;

final class NettyAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) throws Exception {
        SocketAddress proxy = internet.proxySelector().select(page).getFirst().address();
        HttpHeaders who = new DefaultHttpHeaders().set("Proxy-Authorization", internet.proxyAuthorization());
        CompletableFuture<String> body = new CompletableFuture<>();
        EventLoopGroup threads = new NioEventLoopGroup(1);
        try {
            FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, page.getPath());
            request.headers().set("Host", page.getAuthority());
            new Bootstrap().group(threads).channel(NioSocketChannel.class)
                    .resolver(NoopAddressResolverGroup.INSTANCE)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            HttpProxyHandler tunnel = new HttpProxyHandler(proxy, who);
                            tunnel.setConnectTimeoutMillis(30_000);
                            channel.pipeline().addLast(tunnel, new HttpClientCodec(), new HttpObjectAggregator(1 << 20),
                                    new Body(body));
                        }
                    })
                    .connect(InetSocketAddress.createUnresolved(page.getHost(), page.getPort())).sync()
                    .channel().writeAndFlush(request);
            return body.get(30, TimeUnit.SECONDS);
        } finally {
            threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static final class Body extends SimpleChannelInboundHandler<FullHttpResponse> {

        private final CompletableFuture<String> body;

        Body(CompletableFuture<String> body) {
            this.body = body;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
            body.complete(answer.content().toString(StandardCharsets.UTF_8));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            body.completeExceptionally(failure);
        }
    }
}
