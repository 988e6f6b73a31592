//! Rows as composite types of the database.

/// A row as its composite type: one array of rows costs the database less than an array a column.
macro_rules! composite {
    ($type:ident, $name:literal, $row:ident => $($value:expr),* $(,)?) => {
        impl ::sqlx::Type<::sqlx::Postgres> for $type<'_> {
            fn type_info() -> ::sqlx::postgres::PgTypeInfo {
                ::sqlx::postgres::PgTypeInfo::with_name($name)
            }
        }

        impl ::sqlx::postgres::PgHasArrayType for $type<'_> {
            fn array_type_info() -> ::sqlx::postgres::PgTypeInfo {
                ::sqlx::postgres::PgTypeInfo::array_of($name)
            }
        }

        impl ::sqlx::Encode<'_, ::sqlx::Postgres> for $type<'_> {
            fn encode_by_ref(
                &self,
                buffer: &mut ::sqlx::postgres::PgArgumentBuffer,
            ) -> ::std::result::Result<::sqlx::encode::IsNull, ::sqlx::error::BoxDynError> {
                let $row = self;
                let mut record = ::sqlx::postgres::types::PgRecordEncoder::new(buffer);
                $(record.encode($value)?;)*
                record.finish();
                Ok(::sqlx::encode::IsNull::No)
            }
        }
    };
}
pub(super) use composite;
