/** JSON as the reference reads and writes it: the one place of these formats that knows a parser's name. */
@Export
@Version("1.0.0")
package org.cloakwork.wire.json;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
