package org.cloakwork.frontend.http;

import org.cloakwork.wire.socks5.ConnectFailure;

/**
 * What a program is told instead of an answer of its target.
 *
 * @param code   of HTTP
 * @param phrase that goes with it
 * @param error  for {@code Proxy-Status}, RFC 9209
 */
record Status(int code, String phrase, String error) {

    static final Status BAD_REQUEST = new Status(400, "Bad Request", "http_request_error");
    static final Status NO_AUTHENTICATION = new Status(407, "Proxy Authentication Required", "http_request_denied");
    static final Status NOT_IMPLEMENTED = new Status(501, "Not Implemented", "http_request_error");
    static final Status FULL = new Status(503, "Service Unavailable", "connection_limit_reached");
    static final Status BAD_ANSWER = new Status(502, "Bad Gateway", "http_protocol_error");
    static final Status BROKEN = new Status(502, "Bad Gateway", "connection_terminated");

    static Status of(ConnectFailure failure) {
        return switch (failure) {
            case NOT_ALLOWED -> new Status(403, "Forbidden", "destination_ip_prohibited");
            case TIMED_OUT -> new Status(504, "Gateway Timeout", "connection_timeout");
            case REFUSED -> new Status(502, "Bad Gateway", "connection_refused");
            case UNKNOWN_HOST -> new Status(502, "Bad Gateway", "dns_error");
            case HOST_UNREACHABLE, NETWORK_UNREACHABLE -> new Status(502, "Bad Gateway", "destination_ip_unroutable");
            case MALFORMED_TARGET -> BAD_REQUEST;
            case EXIT_FULL -> FULL;
            case GENERAL -> new Status(502, "Bad Gateway", "proxy_internal_error");
        };
    }
}
