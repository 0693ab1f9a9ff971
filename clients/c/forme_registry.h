/* The numbers of the Forme protocol, version 1. Scripts/registry writes this file from
 * spec/registry; do not change it by hand. */
#ifndef FORME_REGISTRY_H
#define FORME_REGISTRY_H

/* message types */
#define FORME_TYPE_HELLO        0x01u
#define FORME_TYPE_WELCOME      0x02u
#define FORME_TYPE_CAPABILITIES 0x03u
#define FORME_TYPE_ACCEPTED     0x04u
#define FORME_TYPE_PROVE        0x05u
#define FORME_TYPE_PROVEN       0x06u
#define FORME_TYPE_GET          0x10u
#define FORME_TYPE_FORM         0x11u
#define FORME_TYPE_DATA         0x12u
#define FORME_TYPE_CREDIT       0x13u
#define FORME_TYPE_CANCEL       0x14u
#define FORME_TYPE_PUT          0x20u
#define FORME_TYPE_READY        0x21u
#define FORME_TYPE_STORED       0x22u
#define FORME_TYPE_LIST         0x23u
#define FORME_TYPE_LISTING      0x24u
#define FORME_TYPE_REMOVE       0x25u
#define FORME_TYPE_WATCH        0x30u
#define FORME_TYPE_NOTIFY       0x31u
#define FORME_TYPE_OK           0x3Fu
#define FORME_TYPE_PING         0x40u
#define FORME_TYPE_PONG         0x41u
#define FORME_TYPE_GOAWAY       0x43u
#define FORME_TYPE_REFER        0x44u
#define FORME_TYPE_ORIGIN       0x45u
#define FORME_TYPE_ERROR        0x7Fu

/* flags of a frame */
#define FORME_FLAG_LAST     0x01u
#define FORME_FLAG_CRC32    0x02u
#define FORME_FLAG_MAC      0x04u
#define FORME_FLAG_RESERVED 0x08u
#define FORME_FLAG_IGNORED  0xF0u

/* flags of WELCOME */
#define FORME_WELCOME_NEED_CAPABILITIES 0x01u
#define FORME_WELCOME_MUST_AUTHENTICATE 0x02u

/* flags of ERROR */
#define FORME_ERROR_FLAG_RETRY  0x01u
#define FORME_ERROR_FLAG_CLOSES 0x02u

/* TLVs of HELLO */
#define FORME_FIELD_MODEL              0x81u
#define FORME_FIELD_FIRMWARE           0x82u
#define FORME_FIELD_BATTERY_MILLIVOLTS 0x83u
#define FORME_FIELD_BATTERY_PERCENT    0x84u
#define FORME_FIELD_RSSI               0x85u
#define FORME_FIELD_TEMPERATURE        0x86u
#define FORME_FIELD_WAKE_REASON        0x87u
#define FORME_FIELD_FREE_HEAP          0x88u
#define FORME_FIELD_LAST_ERROR         0x89u
#define FORME_FIELD_SHOWN              0x8Au
#define FORME_FIELD_TICKET             0x8Bu

/* status of FORM */
#define FORME_STATUS_OK           0x00u
#define FORME_STATUS_NOT_MODIFIED 0x01u
#define FORME_STATUS_PENDING      0x02u
#define FORME_STATUS_PATCH        0x03u

/* error codes; 0xC0 and above close the connection */
#define FORME_ERROR_NOT_FOUND            0x80u
#define FORME_ERROR_NO_CAPABILITIES      0x81u
#define FORME_ERROR_UNSUPPORTED_FIELD    0x82u
#define FORME_ERROR_INVALID_DESCRIPTOR   0x83u
#define FORME_ERROR_FORM_TOO_LARGE       0x84u
#define FORME_ERROR_PICTURE_REFUSED      0x85u
#define FORME_ERROR_PICTURE_TOO_LARGE    0x86u
#define FORME_ERROR_DIGEST_MISMATCH      0x87u
#define FORME_ERROR_NAME_INVALID         0x88u
#define FORME_ERROR_NOT_ALLOWED          0x89u
#define FORME_ERROR_BUSY                 0x8Au
#define FORME_ERROR_STORE_FULL           0x8Bu
#define FORME_ERROR_CANCELLED            0x8Cu
#define FORME_ERROR_CREDIT_TIMEOUT       0x8Du
#define FORME_ERROR_INTERNAL             0x8Eu
#define FORME_ERROR_MALFORMED            0xC0u
#define FORME_ERROR_CHECK_MISMATCH       0xC1u
#define FORME_ERROR_FRAME_TOO_LONG       0xC2u
#define FORME_ERROR_UNKNOWN_TYPE         0xC3u
#define FORME_ERROR_UNEXPECTED_MESSAGE   0xC4u
#define FORME_ERROR_VERSION              0xC5u
#define FORME_ERROR_NOT_PROVEN           0xC6u
#define FORME_ERROR_BAD_MAC              0xC7u
#define FORME_ERROR_CREDIT_OVERFLOW      0xC8u
#define FORME_ERROR_DEADLINE             0xC9u
#define FORME_ERROR_TOO_MANY_CONNECTIONS 0xCAu

/* reasons of GOAWAY */
#define FORME_GOAWAY_SHUTTING_DOWN 0x00u
#define FORME_GOAWAY_IDLE          0x01u
#define FORME_GOAWAY_MOVED         0x02u
#define FORME_GOAWAY_OVERLOADED    0x03u

/* fields of a descriptor */
#define FORME_DESCRIPTOR_SIZE       0x01u
#define FORME_DESCRIPTOR_RESOLUTION 0x02u
#define FORME_DESCRIPTOR_COLOR      0x03u
#define FORME_DESCRIPTOR_LAYOUT     0x04u
#define FORME_DESCRIPTOR_FIT        0x05u
#define FORME_DESCRIPTOR_TONE       0x06u
#define FORME_DESCRIPTOR_HALFTONE   0x07u
#define FORME_DESCRIPTOR_CONTAINER  0x08u
#define FORME_DESCRIPTOR_CODECS     0x09u
#define FORME_DESCRIPTOR_LIMITS     0x0Au

/* containers */
#define FORME_CONTAINER_RAW              0x00u
#define FORME_CONTAINER_PNM              0x01u
#define FORME_CONTAINER_BMP              0x02u
#define FORME_CONTAINER_PNG              0x03u
#define FORME_CONTAINER_WBMP             0x04u
#define FORME_CONTAINER_LVGL             0x05u
#define FORME_CONTAINER_PWG              0x06u
#define FORME_CONTAINER_URF              0x07u
#define FORME_CONTAINER_ESCPOS_GS_V_0    0x10u
#define FORME_CONTAINER_ESCPOS_GS_8_L    0x11u
#define FORME_CONTAINER_ESCPOS_BIT_IMAGE 0x12u
#define FORME_CONTAINER_ZPL_GFA          0x13u
#define FORME_CONTAINER_ZPL_Z64          0x14u
#define FORME_CONTAINER_EPL_GW           0x15u
#define FORME_CONTAINER_TSPL_BITMAP      0x16u
#define FORME_CONTAINER_CPCL_EG          0x17u
#define FORME_CONTAINER_BROTHER_QL       0x18u
#define FORME_CONTAINER_STAR_RASTER      0x19u
#define FORME_CONTAINER_DYMO             0x1Au
#define FORME_CONTAINER_OPENEPAPERLINK   0x1Bu
#define FORME_CONTAINER_JPEG             0x1Cu

/* codecs */
#define FORME_CODEC_IDENTITY 0x00u
#define FORME_CODEC_PACKBITS 0x01u
#define FORME_CODEC_ZLIB     0x02u

/* limits */
#define FORME_LIMIT_MAJOR_VERSION        1u
#define FORME_LIMIT_MINOR_VERSION        1u
#define FORME_LIMIT_PORT                 3676u
#define FORME_LIMIT_HEADER_BYTES         8u
#define FORME_LIMIT_CRC32_BYTES          4u
#define FORME_LIMIT_MAC_BYTES            8u
#define FORME_LIMIT_MIN_MAX_FRAME        248u
#define FORME_LIMIT_SERVER_MIN_MAX_FRAME 8192u
#define FORME_LIMIT_MAX_FRAME            65535u
#define FORME_LIMIT_PICTURE_BYTES        67108864u
#define FORME_LIMIT_PICTURE_PIXELS       100000000u
#define FORME_LIMIT_PICTURE_SIDE         65535u
#define FORME_LIMIT_FORM_BYTES           67108864u
#define FORME_LIMIT_FORM_PIXELS          67108864u
#define FORME_LIMIT_CREDIT               2147483647u
#define FORME_LIMIT_MIN_DATA_BYTES       64u
#define FORME_LIMIT_ALTERNATIVES         4u
#define FORME_LIMIT_DEVICE_ID_BYTES      32u
#define FORME_LIMIT_KEY_ID_BYTES         16u
#define FORME_LIMIT_KEY_BYTES            32u
#define FORME_LIMIT_NONCE_BYTES          32u
#define FORME_LIMIT_PROOF_BYTES          32u
#define FORME_LIMIT_TICKET_BYTES         64u
#define FORME_LIMIT_SEALED_BYTES         60u
#define FORME_LIMIT_NAME_BYTES           128u
#define FORME_LIMIT_WATCHED_NAMES        64u
#define FORME_LIMIT_DETAIL_BYTES         120u
#define FORME_LIMIT_DESCRIPTOR_BYTES     2048u
#define FORME_LIMIT_DIGEST_BYTES         16u
#define FORME_LIMIT_PICTURE_DIGEST_BYTES 32u

/* deadlines in seconds */
#define FORME_DEADLINE_HELLO        5u
#define FORME_DEADLINE_CAPABILITIES 5u
#define FORME_DEADLINE_PROVE        5u
#define FORME_DEADLINE_FRAME        10u
#define FORME_DEADLINE_CREDIT       60u
#define FORME_DEADLINE_UPLOAD       60u
#define FORME_DEADLINE_OUTPUT       10u
#define FORME_DEADLINE_ANSWER       60u

#endif
