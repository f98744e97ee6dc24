/**
 * TLS for {@code https:} in the npm package: BouncyCastle's client and our check of certificates, compiled to a module
 * of its own that is loaded when the first {@code https:} address is asked for.
 */
package org.cloakwork.frontend.web.tls;
