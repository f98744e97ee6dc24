package org.cloakwork.frontend.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import org.cloakwork.proxy.Dialect;
import org.cloakwork.proxy.Program;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** What is spoken to an HTTP proxy. Sources: RFC 9110, RFC 9112. */
final class HttpDialect implements Dialect {

    private static final byte[] SOCKS4_ANSWER = {0, 0x5b, 0, 0, 0, 0, 0, 0};
    private static final byte[] SOCKS5_ANSWER = {5, (byte) 0xff};
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";

    private final Optional<String> secret;

    /** @param secret the password that every request must bring; empty: the password is not looked at */
    HttpDialect(Optional<String> secret) {
        this.secret = secret;
    }

    /** {@return whether a request must bring a secret, or come from this process} */
    boolean isSecret() {
        return secret.isPresent();
    }

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public void serve(Program program) throws IOException, InterruptedException {
        program.input().mark(1);
        int first = program.input().read();
        program.input().reset();
        switch (first) {
            case -1 -> { }
            case 4, 5 -> {
                program.speaksOtherwise("SOCKS");
                program.output().write(first == 4 ? SOCKS4_ANSWER : SOCKS5_ANSWER);
            }
            default -> {
                try (Session session = new Session(program, this)) {
                    session.run();
                }
            }
        }
    }

    /**
     * Whom a request is for.
     *
     * @param fields     of the request
     * @param ownProcess whether it comes from this process
     * @return the user, which may be empty; empty if it is not let in
     */
    Optional<String> user(HttpFields fields, boolean ownProcess) {
        String text = fields.get(HttpHeader.PROXY_AUTHORIZATION);
        String user = "";
        String password = "";
        if (text != null && text.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            try {
                String pair = new String(Base64.getDecoder().decode(text.substring(BASIC.length()).strip()),
                        StandardCharsets.UTF_8);
                int colon = pair.indexOf(':');
                user = colon < 0 ? pair : pair.substring(0, colon);
                password = colon < 0 ? "" : pair.substring(colon + 1);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        if (text != null && text.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            password = text.substring(BEARER.length()).strip();
        }
        byte[] told = password.getBytes(StandardCharsets.UTF_8);
        boolean served = secret.isEmpty() || ownProcess
                || MessageDigest.isEqual(told, secret.get().getBytes(StandardCharsets.UTF_8));
        return served ? Optional.of(user) : Optional.empty();
    }
}
