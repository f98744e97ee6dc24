/** Keys, hashes and ciphers the wire formats are made with. */
@Export
@Version("1.0.0")
package org.cloakwork.wire.crypto;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
