package org.cloakwork.directory;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One GET over HTTP/1.1 on a connection of its own, with the header of nym-client, release 2026.9: names, case, order
 * and values are those of its nym-http-api-client 1.21.0 on reqwest 0.13.1 (which has no HTTP/2 there), but for the two
 * compressions that the JDK lacks. The JDK's client lets nobody choose case and order.
 *
 * <p>Blocking; a virtual thread that is interrupted meanwhile closes the connection. {@code https} trusts what the JDK
 * trusts and checks the host name; a proxy is used if the default {@link ProxySelector} names one.
 */
final class HttpGet implements AutoCloseable {

    /** As in the released binary for Linux. */
    static final String USER_AGENT = "nym-client/1.1.76/x86_64-unknown-linux-gnu/f84de25";
    /** As reqwest. */
    static final int MAX_REDIRECTS = 10;
    /** Of status line and header, with those of interim answers. */
    static final int MAX_HEAD_BYTES = 64 * 1024;

    private static final int MAX_CHUNK_LINE_BYTES = 1024;
    private static final int NO_CONTENT = 204;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_PORT = 0xffff;

    private final Socket socket;
    private final InputStream in;
    private int headBytesLeft = MAX_HEAD_BYTES;
    private final int status;
    private final Map<String, String> fields;

    private HttpGet(Socket socket, URI url, Optional<String> front) throws IOException {
        this.socket = socket;
        socket.getOutputStream().write(request(url, front).getBytes(StandardCharsets.US_ASCII));
        in = new BufferedInputStream(socket.getInputStream());
        int answer;
        Map<String, String> header;
        do {
            answer = readStatus();
            header = readFields();
        } while (answer / 100 == 1 && answer != 101);
        status = answer;
        fields = header;
    }

    /**
     * Follows redirects, but not from https to http, and none of a front: it would name in the clear whom this is for.
     *
     * @param front a host that whoever watches takes for the one that is asked; it hands on to that of the URL
     */
    static HttpGet of(URI url, Optional<String> front) throws IOException {
        URI at = url;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpGet answer = ask(at, front);
            Optional<URI> next = front.isPresent() ? Optional.empty() : answer.redirect(at);
            if (next.isEmpty()) {
                return answer;
            }
            answer.close();
            at = next.get();
        }
        throw new IOException("more than " + MAX_REDIRECTS + " redirects");
    }

    private static HttpGet ask(URI url, Optional<String> front) throws IOException {
        Socket socket = connect(front.isEmpty() ? url : atFront(url, front.get()));
        try {
            return new HttpGet(socket, url, front);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static URI atFront(URI url, String front) throws IOException {
        try {
            return new URI(url.getScheme(), null, front, url.getPort(), url.getPath(), null, null);
        } catch (URISyntaxException e) {
            throw new IOException("the front is no host name", e);
        }
    }

    private static boolean isTls(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    private static Socket connect(URI url) throws IOException {
        int port = url.getPort() >= 0 ? url.getPort() : isTls(url) ? HTTPS_PORT : HTTP_PORT;
        Proxy proxy = proxy(url);
        InetSocketAddress to = proxy.type() == Proxy.Type.DIRECT ? new InetSocketAddress(url.getHost(), port)
                : InetSocketAddress.createUnresolved(url.getHost(), port);
        if (proxy.type() == Proxy.Type.DIRECT && to.isUnresolved()) {
            throw new UnknownHostException("no address is known for this name");
        }
        Socket socket = new Socket(proxy);
        try {
            socket.connect(to);
            if (!isTls(url)) {
                return socket;
            }
            String name = url.getHost().replaceAll("[\\[\\]]", "");
            SSLSocket tls = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault())
                    .createSocket(socket, name, port, true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return tls;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static Proxy proxy(URI url) {
        ProxySelector selector = ProxySelector.getDefault();
        List<Proxy> proxies = selector == null ? List.of() : selector.select(url);
        return proxies.isEmpty() ? Proxy.NO_PROXY : proxies.getFirst();
    }

    private static String request(URI url, Optional<String> front) {
        boolean usual = url.getPort() < 0 || url.getPort() == (isTls(url) ? HTTPS_PORT : HTTP_PORT);
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String compressions = "accept-encoding: gzip,deflate\r\n";
        return "GET " + path + (url.getRawQuery() == null ? "" : '?' + url.getRawQuery()) + " HTTP/1.1\r\n"
                + "accept: application/bincode\r\n"
                + "content-type: application/bincode\r\n"
                + "user-agent: " + USER_AGENT + "\r\n"
                + front.map(outer -> "host: " + url.getHost() + "\r\n"
                        + "nym-original-outer-sni: " + outer + "\r\n" + compressions)
                .orElseGet(() -> compressions
                        + "host: " + url.getHost() + (usual ? "" : ":" + url.getPort()) + "\r\n")
                + "\r\n";
    }

    private int readStatus() throws IOException {
        String line = readHeadLine();
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new IOException("answers with something that is not HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private Map<String, String> readFields() throws IOException {
        Map<String, String> read = new HashMap<>();
        for (String line = readHeadLine(); !line.isEmpty(); line = readHeadLine()) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("answers with a header field without a name");
            }
            read.merge(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip(),
                    (one, other) -> one + ',' + other);
        }
        return read;
    }

    private String readHeadLine() throws IOException {
        String line = readLine(in, headBytesLeft, "a header of more than " + MAX_HEAD_BYTES + " bytes");
        headBytesLeft -= line.length() + 1;
        return line;
    }

    private static String readLine(InputStream from, int mostBytes, String tooLong) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = from.read(); next != '\n'; next = from.read()) {
            if (next < 0) {
                throw new EOFException("the connection ends within the answer");
            }
            if (line.length() >= mostBytes) {
                throw new IOException("answers with " + tooLong);
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    private Optional<URI> redirect(URI from) throws IOException {
        Optional<String> location = field("location");
        if (location.isEmpty() || !List.of(301, 302, 303, 307, 308).contains(status)) {
            return Optional.empty();
        }
        try {
            URI to = from.resolve(location.get());
            boolean allowed = isTls(to) || "http".equalsIgnoreCase(to.getScheme()) && !isTls(from);
            if (allowed && to.getHost() != null && to.getRawUserInfo() == null && to.getPort() <= MAX_PORT) {
                return Optional.of(to);
            }
        } catch (IllegalArgumentException malformed) {
            // said below
        }
        throw new IOException("answers with a redirect that is not followed");
    }

    int status() {
        return status;
    }

    /** @param name in lower case */
    Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** {@return the body, decompressed; that it ends early is an error} */
    InputStream body() throws IOException {
        String coding = field("content-encoding").orElse("identity").toLowerCase(Locale.ROOT);
        return switch (coding) {
            case "identity" -> transferred();
            case "gzip", "x-gzip" -> new GZIPInputStream(transferred());
            case "deflate" -> new InflaterInputStream(transferred());
            default -> throw new IOException("answers in a compression that was not offered");
        };
    }

    private InputStream transferred() throws IOException {
        if (status == NO_CONTENT) {
            return InputStream.nullInputStream();
        }
        Optional<String> coding = field("transfer-encoding");
        if (coding.isPresent()) {
            if (!coding.get().equalsIgnoreCase("chunked")) {
                throw new IOException("answers in a transfer encoding other than chunked");
            }
            return new Body(in, 0, true);
        }
        Optional<String> length = field("content-length");
        if (length.isEmpty()) {
            return in;
        }
        if (!length.get().matches("[0-9]{1,18}")) {
            throw new IOException("answers with a wrong Content-Length");
        }
        return new Body(in, Long.parseLong(length.get()), false);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A body of a known length, or in chunks. */
    private static final class Body extends FilterInputStream {

        private final boolean chunked;
        private long left;
        private boolean begun;
        private boolean ended;

        Body(InputStream in, long length, boolean chunked) {
            super(in);
            this.chunked = chunked;
            left = length;
            ended = !chunked && length == 0;
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (chunked && left == 0 && !ended) {
                nextChunk();
            }
            if (ended) {
                return -1;
            }
            int read = in.read(into, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException("the connection ends within the answer");
            }
            left -= read;
            ended = !chunked && left == 0;
            return read;
        }

        private void nextChunk() throws IOException {
            String tooLong = "a chunk header of more than " + MAX_CHUNK_LINE_BYTES + " bytes";
            if (begun && !readLine(in, MAX_CHUNK_LINE_BYTES, tooLong).isEmpty()) {
                throw new IOException("answers with a chunk longer than it says");
            }
            begun = true;
            String size = readLine(in, MAX_CHUNK_LINE_BYTES, tooLong).split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,15}")) {
                throw new IOException("answers with a wrong chunk size");
            }
            left = Long.parseLong(size, 16);
            ended = left == 0;
        }
    }
}
