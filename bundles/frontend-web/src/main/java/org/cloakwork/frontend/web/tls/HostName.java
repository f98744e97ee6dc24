package org.cloakwork.frontend.web.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * The host of an address as a certificate has to name it (RFC 6125, RFC 2818): among its alternative names, by name, by
 * a name with {@code *} as its whole first label, or by IP address.
 */
final class HostName {

    private final String name;
    private final byte[] address;

    /** @param host a name in ASCII, or an IP address, that of version 6 without brackets */
    HostName(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        address = address(name);
    }

    boolean isAddress() {
        return address != null;
    }

    String name() {
        return name;
    }

    boolean isNamedBy(GeneralNames names) {
        for (GeneralName alternative : names.getNames()) {
            if (address != null && alternative.getTagNo() == GeneralName.iPAddress
                    && Arrays.equals(address, ASN1OctetString.getInstance(alternative.getName()).getOctets())) {
                return true;
            }
            if (address == null && alternative.getTagNo() == GeneralName.dNSName
                    && matches(ASN1IA5String.getInstance(alternative.getName()).getString().toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(String pattern) {
        if (!pattern.startsWith("*.")) {
            return pattern.equals(name);
        }
        String suffix = pattern.substring(1);
        int dot = name.indexOf('.');
        // A star stands for one label, and for none of a top-level domain.
        return dot > 0 && name.substring(dot).equals(suffix) && suffix.indexOf('.', 1) > 0;
    }

    private static byte[] address(String host) {
        boolean version6 = host.indexOf(':') >= 0;
        if (!version6 && !host.matches("[0-9]+(\\.[0-9]+){3}")) {
            return null;
        }
        try {
            return InetAddress.getByName(host).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
