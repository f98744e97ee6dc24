/** JSON as the reference reads and writes it: the one place of these formats that knows a parser's name. */
package org.cloakwork.wire.json;
